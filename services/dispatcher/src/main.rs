//! The `dispatcher` Lambda's process: wiring only.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    Box::pin(dispatcher::run()).await
}
