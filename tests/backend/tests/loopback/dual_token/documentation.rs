use serde_json::Value;

use super::start;
use crate::running::{header, members};

#[tokio::test]
async fn the_page_comes_from_the_backend_alone() {
    let backend = start().await;
    let page = backend.get("/api/docs/").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(header(&page, "content-type").starts_with("text/html"));
    let page = page.text().await.unwrap();
    assert!(page.contains("swagger-ui") && !page.contains("//"), "{page}");
    for file in ["swagger-ui-bundle.js", "swagger-ui.css", "swagger-initializer.js"] {
        let answer = backend.get(&format!("/api/docs/{file}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{file}");
    }
    assert_eq!(backend.get("/api/docs").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_document_describes_every_route_of_the_sign_in() {
    let backend = start().await;
    let document = backend.get("/api/docs-json").send().await.unwrap().json::<Value>().await.unwrap();
    let paths = ["/auth/login", "/auth/logout", "/auth/me", "/auth/refresh", "/auth/register"];
    assert_eq!(members(&document["paths"]), paths);
    assert_eq!(document["paths"]["/auth/login"]["post"]["tags"][0], "认证");
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}
