//! The brand in `infra/brand.json`, as a newcomer sees it.

use mailer::render::Brand;

use super::send;
use crate::edge::tests::test_edge::TestEdge;

#[tokio::test]
async fn the_sample_brands_logo_is_shown_without_the_internet() {
    let brand = Brand::parse(include_str!("../../../../../infra/brand.json")).unwrap();
    let url = brand.logo_url.unwrap();
    let edge = TestEdge::plain().await;
    let html = format!(r#"<html><head></head><img src="{}" alt="x"></html>"#, url.as_str());
    let id = send(&edge, "x", &html).await;
    let (parts, shown) = edge.get(&format!("/mail/{id}/body.html")).await;
    // What every PNG begins with.
    assert!(shown.contains(r#"<img src="data:image/png;base64,iVBORw0KGgo"#), "{shown}");
    let policy = parts.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("img-src https: data:;"), "{policy}");
    // As it was sent, the mail has the URL of its brand.
    assert!(edge.get(&format!("/mail/{id}.json")).await.1.contains(url.as_str()));
}
