use serde_json::json;

use super::{ADA, ADMIN, GRACE, cookie, read, start};
use crate::running::{body, refusal};

#[tokio::test]
async fn a_role_has_its_permissions_and_a_super_administrator_has_all() {
    let backend = start().await;
    let permissions = async |credentials| {
        let cookie = cookie(&backend, credentials).await;
        let answer = body(read(&backend, "/auth/permissions", &cookie).await, 200).await;
        assert_eq!(answer["code"], 0);
        answer["data"].as_array().unwrap().clone()
    };
    let (all, some) = (permissions(ADMIN).await, permissions(ADA).await);
    assert_eq!(some, ["account.user.read", "account.role.read", "system.log.read"]);
    assert!(all.len() > some.len() && some.iter().all(|permission| all.contains(permission)));
    assert!(!permissions(GRACE).await.contains(&json!("account.user.read")));
}

#[tokio::test]
async fn what_a_permission_guards_is_refused_without_it() {
    let backend = start().await;
    for allowed in [ADMIN, ADA] {
        let cookie = cookie(&backend, allowed).await;
        let users = body(read(&backend, "/account/users", &cookie).await, 200).await;
        assert_eq!(users["data"].as_array().unwrap().len(), 3);
    }
    let cookie = cookie(&backend, GRACE).await;
    assert_eq!(refusal(read(&backend, "/account/users", &cookie).await, 403).await, "没有权限");
}
