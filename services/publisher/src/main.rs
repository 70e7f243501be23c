//! The `publisher` Lambda's process: wiring only.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    Box::pin(publisher::run()).await
}
