//! A panic in the browser's artefact is a trap and nothing else.
//!
//! The standard library words a panic before it traps, for a hook that nobody sets: 1.7 kB of compressed wasm whose text no
//! page ever sees. Here the functions that all panics go through trap at once, and what only they need falls away. The
//! compiler can do the same (`panic=immediate-abort`), so far in its nightly form only.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use walrus::{FunctionBuilder, FunctionKind, Module};

/// What every panic calls, and what an allocation that fails calls, as their mangled names end.
const ENTRIES: [&str; 2] = ["4core9panicking9panic_fmt", "3std5alloc8rust_oom"];

/// Reads a wasm as rustc wrote it, and returns it with panics that trap at once.
pub(super) fn cut(wasm: &Path) -> Result<Vec<u8>> {
    let mut module =
        Module::from_buffer(&fs::read(wasm)?).with_context(|| format!("{} cannot be read", wasm.display()))?;
    for entry in ENTRIES {
        let found =
            module.funcs.iter().find(|function| function.name.as_deref().is_some_and(|name| name.ends_with(entry)));
        let found = found.map(|function| (function.id(), function.ty()));
        ensure!(found.is_some(), "{} has no function {entry}: where do its panics go?", wasm.display());
        if let Some((id, signature)) = found {
            let (parameters, results) = module.types.params_results(signature);
            let (parameters, results) = (parameters.to_vec(), results.to_vec());
            let mut body = FunctionBuilder::new(&mut module.types, &parameters, &results);
            body.func_body().unreachable();
            let arguments = parameters.iter().map(|parameter| module.locals.add(*parameter)).collect();
            module.funcs.get_mut(id).kind = FunctionKind::Local(body.local_func(arguments));
        }
    }
    Ok(module.emit_wasm())
}
