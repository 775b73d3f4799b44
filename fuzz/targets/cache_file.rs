//! A token cache file of any content: refused, or read and written without losing anything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use msal_lite::Cache;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(cache) = Cache::parse(bytes) {
        let written = cache.to_bytes();
        let again = Cache::parse(written.expose()).expect("what was written can be read");
        assert_eq!(again.to_bytes().expose(), written.expose());
    }
});
