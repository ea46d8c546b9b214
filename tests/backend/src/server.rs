//! A running backend.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::backend::Backend;
use crate::database::Database;
use crate::tokens::Tokens;
use crate::{authjs, calls, cors, faults, listen, request_id, test_endpoints};

/// How long a shutdown waits for answers under way.
const GRACE: Duration = Duration::from_secs(3);

/// How a backend runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on loopback; 0 takes a free one.
    pub port: u16,
    /// The `SQLite` file; without one the data live and die with the server.
    pub database: Option<PathBuf>,
    /// Origins whose pages may call, such as `http://localhost:3000`.
    pub allow_origins: Vec<String>,
    /// How long an access token is good; 0 makes tokens that are dead at birth.
    pub token_lifetime: Duration,
    /// Whether `/test/calls` and `/test/fault` exist.
    pub test_endpoints: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            database: None,
            allow_origins: Vec::new(),
            token_lifetime: Duration::from_mins(15),
            test_endpoints: false,
        }
    }
}

/// A backend that answers until it is shut down or dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    stop: watch::Sender<bool>,
    accepting: JoinSet<std::io::Result<()>>,
}

impl Server {
    /// Where it answers: `http://localhost:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Accepts nothing more, lets the answers under way end for a while, and returns.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let ended = tokio::time::timeout(GRACE, async { while self.accepting.join_next().await.is_some() {} });
        if ended.await.is_err() {
            tracing::warn!("answers still under way were cut off");
        }
    }
}

/// Starts a backend; it is ready when this returns.
///
/// # Errors
///
/// If an origin is not one, the database cannot be opened, or the port is taken.
pub async fn serve(options: Options) -> anyhow::Result<Server> {
    let cors = cors::layer(&options.allow_origins)?;
    let database = Database::open(options.database.as_deref()).await?;
    let tokens = Tokens::new(&database.signing_key().await?);
    let backend = Backend {
        database,
        tokens: Arc::new(tokens),
        token_lifetime: options.token_lifetime,
        calls: Arc::default(),
        faults: Arc::default(),
    };
    let routes = routes(&backend, options.test_endpoints).layer(cors).layer(from_fn(request_id::attach));

    let (port, listeners) =
        listen::loopback(options.port).await.with_context(|| format!("cannot listen on port {}", options.port))?;
    let (stop, stopped) = watch::channel(false);
    let mut accepting = JoinSet::new();
    for listener in listeners {
        let (routes, mut stopped) = (routes.clone(), stopped.clone());
        let stopped = async move {
            // An error means that the server was dropped, which stops it as well.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        accepting.spawn(async move { axum::serve(listener, routes).with_graceful_shutdown(stopped).await });
    }
    Ok(Server { url: format!("http://localhost:{port}"), stop, accepting })
}

fn routes(backend: &Backend, test_endpoints: bool) -> Router {
    let mut routes = authjs::routes();
    if test_endpoints {
        routes = routes
            .layer(from_fn_with_state(backend.clone(), faults::answer))
            .layer(from_fn_with_state(backend.clone(), calls::count))
            .merge(test_endpoints::routes());
    }
    routes.with_state(backend.clone())
}
