//! What the user may do, by the codes that the backend lists.

use maud::{Markup, html};
use twinfetch_server_client::{Api, Error};

use super::System;

const ASKED: [&str; 4] = ["account.role.read", "account.user.read", "account.user.delete", "system.log.read"];

/// The section of the session's page: some codes, and one that the visitor asks for.
pub(super) async fn section(system: &System, api: &Api, code: Option<&str>) -> Result<Markup, Error> {
    let permissions = api.permissions().await?;
    let code = code.unwrap_or("account.role.delete");
    // Asked by itself, as other code would; the list is not asked for again within this request.
    let allowed = api.can(code).await?;
    Ok(html! {
        section.card {
            h2 { "Permissions" }
            ul {
                @for code in ASKED {
                    @let allowed = permissions.can(code);
                    li data-testid="permission" data-code=(code) data-allowed=(allowed) {
                        code { (code) } @if allowed { " yes" } @else { " no" }
                    }
                }
            }
            form.row method="get" action=(system.path()) {
                input name="code" value=(code) aria-label="Another code" autocapitalize="none" spellcheck="false"
                    data-testid="permission-code";
                button data-testid="permission-ask" { "May I?" }
                span role="status" data-testid="permission-answer" data-allowed=(allowed) {
                    @if allowed { "You may." } @else { "You may not." }
                }
            }
            @if system.about.members.is_some() {
                p { a href=(system.page("members")) data-testid="members-read" { "The members" } }
            }
        }
    })
}
