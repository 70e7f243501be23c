//! The one-machine stack's executable, as the tests start it: `cargo run`'s own `main`.

fn main() -> std::process::ExitCode {
    local::command::main()
}
