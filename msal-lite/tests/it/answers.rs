//! The table of answers names tests that are there.

const TABLE: &str = include_str!("../answers.md");

const FILES: [(&str, &str); 14] = [
    ("aadsts", include_str!("aadsts.rs")),
    ("applications", include_str!("applications.rs")),
    ("authorization_code", include_str!("authorization_code.rs")),
    ("client", include_str!("client.rs")),
    ("device_code", include_str!("device_code.rs")),
    ("discovered", include_str!("discovered.rs")),
    ("discovery", include_str!("discovery.rs")),
    ("interactive", include_str!("interactive.rs")),
    ("password", include_str!("password.rs")),
    ("refresh", include_str!("refresh.rs")),
    ("responses", include_str!("responses.rs")),
    ("silent", include_str!("silent.rs")),
    ("tokens", include_str!("tokens.rs")),
    ("transport", include_str!("transport.rs")),
];

#[test]
fn each_answer_has_a_test_that_is_there() {
    let rows: Vec<&str> = TABLE.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 30, "{}", rows.len());
    for row in rows {
        let columns: Vec<&str> = row.split(" | ").collect();
        assert_eq!(columns.len(), 4, "{row}");
        let mut texts = Vec::new();
        for link in columns[3].split("[`").skip(1) {
            let (name, file) = link.split_once("`](it/").unwrap();
            let (file, _) = file.split_once(".rs)").unwrap();
            let text = FILES.iter().find(|(known, _)| *known == file).map(|(_, text)| *text);
            let text = text.unwrap_or_else(|| panic!("{file} is not looked into"));
            let is_test = [format!("#[test]\nfn {name}()"), format!("]\nasync fn {name}()")];
            assert!(is_test.iter().any(|head| text.contains(head)), "{file} has no test {name}");
            // Numbers stand there with or without the digits in threes.
            texts.push(text.replace('_', ""));
        }
        assert!(!texts.is_empty(), "{row}");
        let numbers = columns[1].split(|c: char| !c.is_ascii_digit()).filter(|number| number.len() >= 5);
        for number in numbers {
            // What only a page shows has another test than one by its number.
            let known =
                texts.iter().any(|text| text.contains(number)) || row.contains(&format!("({number})"));
            assert!(known, "no test of this row knows {number}: {row}");
        }
    }
}
