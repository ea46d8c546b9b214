//! The name under which a browser saves a file is written anew, from the safe one.

use twinfetch_core::file_name;
use twinfetch_faults::File;

use super::{Stage, header};

#[tokio::test]
async fn a_name_that_could_do_harm_is_made_safe_on_its_way() {
    for (given, name) in [
        ("attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A.csv", "报告.csv"),
        ("attachment; filename=\"../../etc/passwd\"", "passwd"),
        ("attachment; filename*=UTF-8''..%5C..%5Cevil.exe", "evil.exe"),
        ("attachment; filename*=UTF-8''a%22%3B%20filename%3D%22b.html", "a_; filename=_b.html"),
        ("attachment; filename*=UTF-8''gpj%E2%80%AEexe.png", "gpjexe.png"),
        ("attachment; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a%3Db", "xSet-Cookie_ a=b"),
        ("attachment; filename=\"CON\"", "_CON"),
        ("attachment; filename=\"..\"", "file.bin"),
        ("inline", "file.bin"),
    ] {
        let headers = vec![("content-disposition".to_owned(), given.to_owned())];
        let response = Stage::of(&File { size: 9, headers, ..File::default() }).await.get(&[]).await;
        let told = header(&response, "content-disposition").unwrap();
        assert_eq!(file_name::parse(told).as_deref(), Some(name), "{given}");
        assert!(told.starts_with("attachment; filename=\"") && told.is_ascii(), "{told}");
        assert_eq!(told.contains("filename*=UTF-8''"), !name.is_ascii(), "{told}");
    }
}
