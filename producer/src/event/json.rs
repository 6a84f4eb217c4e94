//! Writing JSON strings and numbers straight into a buffer. For whole documents there is `serde_json`;
//! this is for the bytes that are written a million times a second.

/// Appends `text` as a JSON string, quotes included.
pub fn push_string(buffer: &mut Vec<u8>, text: &str) {
    buffer.push(b'"');
    let mut copied = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        buffer.extend_from_slice(&text.as_bytes()[copied..at]);
        copied = at + 1;
        match byte {
            b'"' | b'\\' => buffer.extend_from_slice(&[b'\\', byte]),
            control => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                buffer.extend_from_slice(b"\\u00");
                buffer.extend_from_slice(&[HEX[usize::from(control >> 4)], HEX[usize::from(control & 15)]]);
            }
        }
    }
    buffer.extend_from_slice(&text.as_bytes()[copied..]);
    buffer.push(b'"');
}

/// Appends an integer.
pub fn push_int(buffer: &mut Vec<u8>, number: impl itoa::Integer) {
    buffer.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_comes_back_from_its_json(text in "\\PC*|[\\x00-\\x7f]*") {
            let mut bytes = Vec::new();
            push_string(&mut bytes, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&bytes).unwrap(), text);
        }
    }
}
