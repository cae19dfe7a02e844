//! What entries come to.
