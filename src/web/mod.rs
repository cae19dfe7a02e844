//! The web interface: HTTP in, HTML or JSON out.
//!
//! A request passes the guards of `security`, finds its handler in the one table of `routes`, and
//! the handler makes four moves: extract, call [`App`] through the bridge, build the view,
//! respond. Whatever goes wrong on the way becomes a page in `dress`. Nothing that is asked for
//! with GET changes anything but the numbers of `usage`, in memory; every change is a plain form,
//! answered with a redirect, so that all of it works without JavaScript.

mod address;
mod api;
mod connection;
mod correction;
mod dress;
mod error;
mod filters;
mod forms;
mod found;
mod hosts;
mod judged;
mod layout;
mod origin;
mod page;
mod pages;
mod parts;
mod pool;
mod reporter;
mod routes;
mod security;
mod signed;
mod stall;
mod state;
mod statics;
mod tagged;
mod usage;
mod visitor;
mod watch;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch as channel};

pub use self::state::Event;

use self::connection::Limits;
use self::hosts::Hosts;
use self::pool::Pool;
use self::reporter::Reporter;
use self::security::Bounds;
use self::state::State;
use self::usage::Usage;
use self::watch::Watch;
use crate::app::App;
use crate::assets::Assets;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::render::Renderer;

/// How long a write that is under way may take after the server was told to stop.
const LAST_WRITE: Duration = Duration::from_secs(10);

/// The folders of templates that are no pages.
const DOCUMENTS: [&str; 2] = ["postmortems/", "reports/"];

/// Serves a workspace until SIGINT or SIGTERM. `open` opens what a request works with; `tell`
/// hears where the server listens and what goes wrong.
///
/// # Errors
/// The address is not a loopback one or is taken, a template is broken, or the workspace cannot
/// be opened.
pub fn serve(
    config: Arc<Config>,
    open: impl Fn() -> Result<App> + Send + Sync + 'static,
    tell: impl Fn(Event) + Send + Sync + 'static,
) -> Result<()> {
    let listen = config.listen;
    if !listen.ip().is_loopback() {
        return Err(Error::refused(format!(
            "cannot listen on {listen}: it is no loopback address"
        ))
        .hinted("listen on 127.0.0.1 and let a tunnel or proxy reach it, see public_url"));
    }
    let assets = Assets::new(Some(&config.workspace));
    // Those of documents are read when one is written: an error in them stops no server.
    let mut names = assets.template_names();
    names.retain(|name| !DOCUMENTS.iter().any(|folder| name.starts_with(folder)));
    let templates: Vec<_> =
        names.iter().map(|name| assets.template(name)).collect::<std::result::Result<_, _>>()?;
    let templates: Vec<_> =
        templates.iter().map(|asset| (&asset.name, asset.text.as_ref())).collect();
    let renderer = Renderer::in_zone(&templates, config.timezone)?;
    let apps = Pool::new(open);
    // What is broken in the workspace is said now, not to the first visitor.
    let as_of = apps.run_here(|app| app.refresh().map(|_| app.as_of()))?;
    let (guessing, tell) = (Semaphore::new(1), Box::new(tell));
    let usage = Usage::new(&config, as_of);
    let state = Arc::new(State { config, as_of, renderer, assets, apps, usage, guessing, tell });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed("cannot start the server's threads").caused_by(error))?;
    let watch = Watch::start(Arc::clone(&state));
    let reporter = Reporter::start(Arc::clone(&state));
    let served = runtime.block_on(listen_until_told(listen, Arc::clone(&state)));
    drop(reporter);
    watch.stop();
    runtime.shutdown_timeout(LAST_WRITE);
    served
}

async fn listen_until_told(listen: SocketAddr, state: Arc<State>) -> Result<()> {
    let cannot = |error: std::io::Error| {
        Error::failed(format!("cannot listen on {listen}"))
            .caused_by(error)
            .hinted("another server may have this port: set `listen`, or use port 0")
    };
    let listener = TcpListener::bind(listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let cannot_hear =
        |error: std::io::Error| Error::failed("cannot wait for signals").caused_by(error);
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot_hear)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot_hear)?;
    let (stop, stopped) = channel::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        let _ = stop.send(true);
    });
    let public_url = state.config.public_url.as_ref().map(|url| url.text.clone());
    let hosts = Hosts::new(address, public_url.as_deref());
    let router = routes::router(&state, hosts, public_url.as_deref(), Bounds::default());
    (state.tell)(Event::Listening(address));
    connection::accept(listener, router, Limits::default(), stopped).await;
    Ok(())
}
