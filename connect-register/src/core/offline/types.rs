//! Whether a text is of a type that a key is defined with, as Kafka reads it
//! (`org.apache.kafka.common.config.ConfigDef.parseType`). The text itself is never repeated.

/// What is wrong with a text as a value of a type; `None` where it is right, or where that cannot be
/// told without the worker.
pub(super) fn complaint(kind: &str, text: &str) -> Option<&'static str> {
    let text = text.trim();
    match kind {
        "BOOLEAN" => {
            let is_boolean = ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
            (!is_boolean).then_some("this is neither true nor false")
        }
        "SHORT" => text.parse::<i16>().is_err().then_some("this is no whole number of 16 bits (SHORT)"),
        "INT" => text.parse::<i32>().is_err().then_some("this is no whole number of 32 bits (INT)"),
        "LONG" => text.parse::<i64>().is_err().then_some("this is no whole number of 64 bits (LONG)"),
        "DOUBLE" => (!is_double(text)).then_some("this is no number (DOUBLE)"),
        "CLASS" => (!is_class_name(text)).then_some("this is no name of a class (CLASS)"),
        _ => None,
    }
}

/// As `Double.parseDouble` takes them, but for hexadecimal ones.
fn is_double(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, "NaN" | "Infinity") || unsigned.starts_with("0x") {
        return true;
    }
    let digits = text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(text);
    digits.parse::<f64>().is_ok() && digits.ends_with(|c: char| c.is_ascii_digit() || c == '.')
}

fn is_class_name(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with(|c: char| c.is_ascii_digit())
            && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
    };
    text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::complaint;

    #[test]
    fn a_value_is_read_as_kafka_reads_it() {
        let right = [
            ("BOOLEAN", " TRUE "),
            ("INT", "-3"),
            ("INT", "+3 "),
            ("SHORT", "32767"),
            ("LONG", "9223372036854775807"),
            ("DOUBLE", "1e3"),
            ("DOUBLE", "1.5f"),
            ("DOUBLE", "-Infinity"),
            ("DOUBLE", "5."),
            ("LIST", "a,,b"),
            ("CLASS", "a.b.C$D"),
            ("PASSWORD", "x"),
            ("STRING", ""),
            ("SOMETHING_NEW", "x"),
        ];
        for (kind, text) in right {
            assert_eq!(complaint(kind, text), None, "{kind} {text}");
        }
        let wrong = [
            ("BOOLEAN", "yes"),
            ("INT", "2147483648"),
            ("INT", "1.0"),
            ("INT", ""),
            ("SHORT", "32768"),
            ("LONG", "1_000"),
            ("LONG", "10s"),
            ("DOUBLE", "inf"),
            ("DOUBLE", "x"),
            ("CLASS", "a..B"),
            ("CLASS", "a b"),
        ];
        for (kind, text) in wrong {
            assert!(complaint(kind, text).is_some(), "{kind} {text}");
        }
    }
}
