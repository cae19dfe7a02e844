//! The command line, driven as a person drives it.

mod bookstore;
mod exercises;
mod files;
mod json;
mod keeping;
mod notes;
mod search;
mod settings;
