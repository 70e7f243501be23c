//! Work that is done to its end.

/// Does `work`, also if whoever waits for it goes away: a handler is dropped in the middle when its
/// client disconnects.
pub async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}
