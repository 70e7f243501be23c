//! The brands of the samples, as a newcomer sees them.

use mailer::render::Brand;
use shared::ShopSettings;

use super::send;
use crate::edge::tests::test_edge::TestEdge;

#[tokio::test]
async fn the_sample_brands_logos_are_shown_without_the_internet() {
    let settings = [
        include_str!("../../../samples/shops/default.json"),
        include_str!("../../../samples/shops/north.json"),
    ];
    let of_shops = settings.map(|json| ShopSettings::parse(json).unwrap().brand.unwrap());
    let brand = Brand::parse(include_str!("../../../../../infra/brand.json")).unwrap();
    let edge = TestEdge::plain().await;
    for brand in of_shops.into_iter().chain([brand]) {
        let logo = brand.logo.unwrap();
        for url in [logo.url, logo.dark_url.unwrap()] {
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
    }
}
