use super::told;

#[test]
fn every_key_knows_its_place_and_all_of_javas_separators_escapes_and_continuations_are_read() {
    let text = "# comment \\\n! comment é\n\nname=a\r\nconnector.class : x.Sink \n  spaced   value of it\ntab\tvalue\n\
                both = = x\nke\\ y\\=\\:\\# = \\  y\nnothing\nempty=\nurl=jdbc:x://{{HOST}}/?a=b#c!d\nlong = a,\\\n    b,\\\r\n  # c\\\n\n\
                esc=\\t\\n\\r\\f\\\\\\q\\\"\\u00e9\\ud83d\\ude00\nsecret={{secret \"PW\"}}\rmac=1\nend=x\\";
    insta::assert_snapshot!(told("t.properties", text), @r#"
    t.properties:1:1 "a"
      t.properties:5:1 connector.class = "x.Sink "
      t.properties:6:3 spaced = "value of it"
      t.properties:7:1 tab = "value"
      t.properties:8:1 both = "= x"
      t.properties:9:1 ke y=:# = "  y"
      t.properties:10:1 nothing = ""
      t.properties:11:1 empty = ""
      t.properties:12:1 url = "jdbc:x://{{HOST}}/?a=b#c!d"
      t.properties:13:1 long = "a,b,# c"
      t.properties:17:1 esc = "\t\n\r\u{c}\\q\"é😀"
      t.properties:18:1 secret = "{{secret \"PW\"}}"
      t.properties:19:1 mac = "1"
      t.properties:20:1 end = "x"
    "#);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = "a=1\na=2\n= x\nbad=\\u12\nworse = x\\u00zz\né=1\nb = \\\n   é\nhalf=\\ud83d\n{{k}}=1";
    insta::assert_snapshot!(told("t.properties", text), @r#"
    t.properties:1:1 ?
      t.properties:1:1 a = "1"
    ! t.properties:2:1: a: this key occurs twice; the first is at line 1
    ! t.properties:4:6: four hexadecimal digits follow \u (\u00e9 is é)
    ! t.properties:5:11: four hexadecimal digits follow \u (\u00e9 is é)
    ! t.properties:6:1: Connect reads this as ISO-8859-1, editors write it as UTF-8 (write it as \uXXXX: \u00e9 is é)
    ! t.properties:8:4: Connect reads this as ISO-8859-1, editors write it as UTF-8 (write it as \uXXXX: \u00e9 is é)
    ! t.properties:9:6: half of a surrogate pair is no character (\ud83d\ude00 are both halves of one)
    ! t.properties:3:1: : the key is empty
    ! t.properties:10:1: {{k}}: keys are not rendered, only values are
    ! t.properties:1:1: `name` is missing (a flat configuration has its name inside, beside `connector.class`)
    "#);
    insta::assert_snapshot!(told("t.properties", "# nothing\n\n"), @"! t.properties: there is nothing in it (where no connector is meant, write [])");
}
