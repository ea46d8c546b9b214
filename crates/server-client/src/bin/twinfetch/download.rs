//! `twinfetch download`: asks for the file, and puts it where it is wanted.

use std::env;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use bytes::Bytes;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256 as Hash};
use tokio::task::spawn_blocking;
use twinfetch_server_client::{Api, Retry, Saved, ServerClient, Sha256};

use crate::address::Address;
use crate::arguments::Download as Wanted;
use crate::bar::Bar;
use crate::exit::Ending;

/// Downloads a file as it is wanted.
pub(crate) async fn download(wanted: &Wanted) -> Result<(), Ending> {
    let address = Address::parse(&wanted.url)?;
    if wanted.is_to_stdout() && (wanted.resume || wanted.overwrite) {
        let reason =
            "With --output - there is no file to go on with or to replace: leave --resume and --overwrite out.";
        return Err(Ending::usage(reason.to_owned()));
    }
    let api = api(&address, wanted)?;
    let bar = Bar::new(wanted.quiet);
    let ended = if wanted.is_to_stdout() {
        pass(&api, &address, wanted, &bar).await
    } else {
        save(&api, &address, wanted, &bar).await
    };
    bar.clear();
    tell(&ended?)
}

/// The server of this address, as who has the token.
fn api(address: &Address, wanted: &Wanted) -> Result<Api, Ending> {
    let failed = |error| Ending::failed(&error, wanted);
    let client = ServerClient::builder()
        .base_url(&address.origin)
        .without_secrets()
        .retry(Retry { attempts: wanted.retry + 1, ..Retry::DEFAULT })
        .head_timeout(wanted.timeout)
        .idle_timeout(wanted.timeout)
        .timeout(wanted.timeout);
    let api = client.build().map_err(failed)?.background();
    let Some(name) = &wanted.token_env else { return Ok(api) };
    if !address.is_private() && !wanted.allow_http {
        let reason =
            "The token is not sent: over plain http, others on the way could read it. Use https, or say --allow-http.";
        return Err(Ending::usage(reason.to_owned()));
    }
    let token = env::var(name).ok().filter(|token| is_bearer(token));
    let token = token.ok_or_else(|| Ending::usage(format!("The environment variable {name} holds no token.")))?;
    Ok(api.bearer(token))
}

/// Whether a text can be sent as a token.
fn is_bearer(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Saves the file; its path, for stdout.
async fn save(api: &Api, address: &Address, wanted: &Wanted, bar: &Bar) -> Result<Vec<u8>, Ending> {
    let mut shown = bar.clone();
    let mut save = api
        .get::<Saved>(&address.path)
        .download_to(&wanted.output)
        .progress(move |now| shown.show(now.received, now.total));
    if let Some(expected) = wanted.sha256 {
        save = save.sha256(expected);
    }
    if wanted.overwrite {
        save = save.overwrite();
    }
    if !wanted.resume {
        save = save.fresh();
    }
    let saved = save.await.map_err(|error| Ending::failed(&error, wanted))?;
    Ok(line(&saved.path))
}

/// Passes the file on to stdout.
async fn pass(api: &Api, address: &Address, wanted: &Wanted, bar: &Bar) -> Result<Vec<u8>, Ending> {
    let failed = |error| Ending::failed(&error, wanted);
    let mut file = api.get(&address.path).download().await.map_err(failed)?;
    let (mut hash, mut received, mut bar) = (Hash::new(), 0, bar.clone());
    while let Some(piece) = file.next().await {
        let piece = piece.map_err(failed)?;
        hash.update(&piece);
        received += piece.len() as u64;
        write(piece).await?;
        bar.show(received, file.length());
    }
    let came = Sha256::from(<[u8; 32]>::from(hash.finalize()));
    match wanted.sha256 {
        Some(expected) if expected != came => Err(Ending::digest_mismatched()),
        _ => Ok(Vec::new()),
    }
}

/// Writes to stdout where waiting for its reader holds nothing up.
async fn write(bytes: Bytes) -> Result<(), Ending> {
    let written = spawn_blocking(move || {
        let mut stdout = io::stdout().lock();
        stdout.write_all(&bytes).and_then(|()| stdout.flush())
    });
    written.await.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(|error| unwritten(&error))
}

fn tell(text: &[u8]) -> Result<(), Ending> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text).and_then(|()| stdout.flush()).map_err(|error| unwritten(&error))
}

fn unwritten(error: &io::Error) -> Ending {
    match error.kind() {
        ErrorKind::BrokenPipe => Ending::unread(),
        _ => Ending::unwritten(error),
    }
}

/// A path as the system has it.
#[cfg(unix)]
fn line(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    [path.as_os_str().as_bytes(), b"\n"].concat()
}

#[cfg(not(unix))]
fn line(path: &Path) -> Vec<u8> {
    format!("{}\n", path.display()).into_bytes()
}
