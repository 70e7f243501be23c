//! The one-machine stack with the `main` of `cargo run`, as the executable that the tests start.

fn main() -> std::process::ExitCode {
    local::command::main()
}
