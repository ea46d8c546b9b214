//! What is asked of the client: calls and verbs.

use std::time::UNIX_EPOCH;

use futures_util::future::join_all;
use serde_json::{Value, json};
use twinfetch_server_client::{Code, Error, SignedIn};

use crate::player::{Player, shown};

impl Player {
    /// Performs one act.
    pub(crate) async fn perform(&mut self, act: &Value) -> Result<Value, Error> {
        let with = &act["with"];
        match (act["verb"].as_str(), act["together"].as_array()) {
            (Some("createLinkToken"), _) => {
                let link = self.api.create_link_token().await?;
                let expires =
                    link.expires.map(|end| u64::try_from(end.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap());
                Ok(json!({ "token": link.token.expose(), "expiresAt": expires }))
            }
            (Some("getSession"), _) => Ok(shown(&self.api.session().await?, &act["yields"])),
            (Some("permissions"), _) => {
                self.permissions = self.api.permissions().await?;
                Ok(json!(self.permissions.codes()))
            }
            (Some("refresh"), _) => self.refresh().await,
            (Some("register"), _) => {
                let entered = self.api.register(with).await;
                self.enter(entered)
            }
            (Some("signIn"), _) => {
                let entered = self.api.sign_in(with).await;
                self.enter(entered)
            }
            (Some("signInWithRedirect"), _) => {
                self.address = Some(self.api.sign_in_address(with["returnTo"].as_str().unwrap())?);
                Ok(Value::Null)
            }
            (Some("signOut"), _) => {
                let out = self.api.sign_out().await?;
                assert_eq!(out.server_told, out.cause.is_none(), "{}", self.it);
                out.cause.map_or(Ok(Value::Null), Err)
            }
            (Some(verb), _) => panic!("{}: {verb} is no verb of a server", self.it),
            (None, Some(calls)) => {
                let ended = join_all(calls.iter().map(|call| self.call(call))).await;
                assert!(act.get("fails").is_none() || ended.iter().all(Result::is_err), "{}", self.it);
                ended.into_iter().collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            (None, None) => self.call(&act["call"]).await,
        }
    }

    async fn call(&self, call: &Value) -> Result<Value, Error> {
        let path = call["path"].as_str().unwrap();
        let made = match call["method"].as_str().unwrap() {
            "DELETE" => self.api.delete::<Value>(path),
            "GET" => self.api.get(path),
            "PATCH" => self.api.patch(path),
            "POST" => self.api.post(path),
            "PUT" => self.api.put(path),
            other => panic!("{}: {other} is no method", self.it),
        };
        let headers = call["headers"].as_object().into_iter().flatten();
        let made = headers.fold(made, |made, (name, value)| made.header(name, value.as_str().unwrap()));
        match call.get("body") {
            Some(body) => made.json(body).await,
            None => made.await,
        }
    }

    fn enter(&mut self, entered: Result<SignedIn, Error>) -> Result<Value, Error> {
        let entered = entered?;
        self.api = entered.api();
        // What is in a cookie is not kept by the client, in the words of transcripts.
        self.signed_in = Some(entered).filter(|_| self.dialect().tokens.is_some());
        Ok(Value::Null)
    }

    /// Renews what is kept. That the session is over is an answer, in the words of transcripts.
    async fn refresh(&mut self) -> Result<Value, Error> {
        let signed_in = self.signed_in.as_ref().unwrap();
        match signed_in.refresh().await {
            Err(error) if error.code() == Code::Unauthorized && signed_in.tokens().is_none() => Ok(Value::Null),
            ended => ended.map(|()| Value::Null),
        }
    }
}
