//! Runs wasm tests in Node or a headless browser: the runner that `.cargo/config.toml` names for `wasm32-unknown-unknown`.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
