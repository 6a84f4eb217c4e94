//! From bytes to text: UTF-8, and for properties ISO-8859-1 too, as Java reads them. What is no text
//! is told with its place.

use std::sync::Arc;

use super::Format;
use crate::core::{Mistake, Place};

/// The text of a file.
///
/// # Errors
/// The first byte that belongs into no text of this format, with its place.
pub fn decode(file: &Arc<str>, bytes: Vec<u8>, format: Option<Format>) -> Result<String, Mistake> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Mistake::new(Place::file(file.clone()), "this is UTF-16").hint("save it as UTF-8"));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if format == Some(Format::Properties) => {
            error.as_bytes().iter().map(|byte| char::from(*byte)).collect()
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(error.as_bytes().get(..at).unwrap_or_default());
            let byte = error.as_bytes().get(at).copied().unwrap_or_default();
            let mistake = Mistake::new(place_after(file, &before), format!("the byte 0x{byte:02X} is no UTF-8"));
            return Err(mistake.hint("save it as UTF-8"));
        }
    };
    match text.find('\0') {
        Some(at) => Err(Mistake::new(place_after(file, &text[..at]), "there is a NUL character: this is no text")),
        None => Ok(text),
    }
}

fn place_after(file: &Arc<str>, before: &str) -> Place {
    let line = before.rsplit('\n').next().unwrap_or(before);
    Place::at(file.clone(), before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::{Format, decode};

    fn told(bytes: &[u8], format: Format) -> String {
        decode(&"t".into(), bytes.to_vec(), Some(format)).unwrap_or_else(|mistake| mistake.to_string())
    }

    #[test]
    fn what_is_no_text_is_told_with_its_place() {
        insta::assert_snapshot!(told(b"a: b\n\xc3\xa9: \xff", Format::Yaml), @"t:2:4: the byte 0xFF is no UTF-8 (save it as UTF-8)");
        insta::assert_snapshot!(told(b"\xff\xfe{\0}\0", Format::Json), @"t: this is UTF-16 (save it as UTF-8)");
        insta::assert_snapshot!(told(b"a: b\0c: d", Format::Yaml), @"t:1:5: there is a NUL character: this is no text");
        assert_eq!(told(b"a=\xe9", Format::Properties), "a=é");
        assert_eq!(told("a=é".as_bytes(), Format::Properties), "a=é");
    }
}
