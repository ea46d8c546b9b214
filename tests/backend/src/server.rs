//! A running backend.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::backend::Backend;
use crate::database::Database;
use crate::deny_list::DenyList;
use crate::oauth_cookie::SignIn;
use crate::options::Options;
use crate::tokens::Tokens;
use crate::{calls, cors, faults, listen, request_id, test_endpoints};

/// How long a shutdown waits for answers under way.
const GRACE: Duration = Duration::from_secs(3);

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
/// If an origin is not one, a secret is empty, the database cannot be opened, Redis cannot be reached, or the port is taken.
pub async fn serve(options: Options) -> anyhow::Result<Server> {
    let cors = cors::layer(options.system, &options.allow_origins)?;
    let (port, listeners) =
        listen::loopback(options.port).await.with_context(|| format!("cannot listen on port {}", options.port))?;
    let url = format!("http://localhost:{port}");
    let backend = backend(&options, &url).await?;
    let routes = routes(&backend, options.test_endpoints).layer(cors).layer(from_fn(request_id::attach));

    let (stop, stopped) = watch::channel(false);
    let mut accepting = JoinSet::new();
    for listener in listeners {
        let (routes, mut stopped) = (routes.clone(), stopped.clone());
        let stopped = async move {
            // An error means that the server was dropped, which stops it as well.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
        accepting.spawn(async move { axum::serve(listener, routes).with_graceful_shutdown(stopped).await });
    }
    Ok(Server { url, stop, accepting })
}

async fn backend(options: &Options, url: &str) -> anyhow::Result<Backend> {
    let system = options.system;
    ensure!(!options.secrets.iter().any(String::is_empty), "a secret is empty");
    let database = Database::open(options.database.as_deref(), system).await?;
    let mut keys = options.secrets.iter().map(|secret| secret.clone().into_bytes()).collect::<Vec<_>>();
    if keys.is_empty() {
        keys.push(database.signing_key(system).await?);
    }
    let deny_list = match &options.redis_url {
        Some(redis_url) => DenyList::in_redis(redis_url).await?,
        None => DenyList::Database(database.clone()),
    };
    Ok(Backend {
        system,
        stage: options.stage,
        refusals: options.refusals,
        database,
        tokens: Arc::new(Tokens::new(&keys, options.issued)?),
        token_lifetime: options.token_lifetime.unwrap_or_else(|| system.token_lifetime()),
        refresh_lifetime: options.refresh_lifetime,
        deny_list,
        rate_limits: Arc::default(),
        sign_in: Arc::new(SignIn::new(options, url)?),
        calls: Arc::default(),
        faults: Arc::default(),
    })
}

fn routes(backend: &Backend, test_endpoints: bool) -> Router {
    let mut routes = backend.system.routes(backend);
    if test_endpoints {
        routes = routes
            .layer(from_fn_with_state(backend.clone(), faults::answer))
            .layer(from_fn_with_state(backend.clone(), calls::count))
            .merge(test_endpoints::routes(backend.system));
    }
    routes.with_state(backend.clone())
}
