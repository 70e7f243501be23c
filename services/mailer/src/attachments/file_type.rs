//! What a file is, by its first bytes.

/// The types that a mail carries: what every phone opens. Not ZPL, which is for the shop's own label printers, and nothing
/// that can hold a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileType {
    /// Portable Document Format.
    Pdf,
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
}

/// What S3 says of an object that was put without a type, and what tools put that know none.
const NO_TYPE: [&str; 3] = ["", "binary/octet-stream", "application/octet-stream"];

impl FileType {
    const ALL: [Self; 3] = [Self::Pdf, Self::Png, Self::Jpeg];

    /// The type of a file with these bytes, unless its `Content-Type` names another one: then one of the two is wrong.
    pub fn detect(bytes: &[u8], content_type: Option<&str>) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|it| bytes.starts_with(it.first_bytes()))?;
        let said = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        let said = said.trim().to_ascii_lowercase();
        (NO_TYPE.contains(&&*said) || found.media_types().contains(&&*said)).then_some(found)
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        self.media_types()[0]
    }

    /// The endings of its file names, the usual one first.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
        }
    }

    const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["application/pdf"],
            Self::Png => &["image/png"],
            Self::Jpeg => &["image/jpeg", "image/jpg"],
        }
    }

    const fn first_bytes(self) -> &'static [u8] {
        match self {
            Self::Pdf => b"%PDF-",
            Self::Png => b"\x89PNG\r\n\x1a\n",
            Self::Jpeg => b"\xff\xd8\xff",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_what_a_file_is_and_another_content_type_is_not_believed() {
        let pdf = b"%PDF-1.7\n".as_slice();
        for (bytes, said, is) in [
            (pdf, Some("application/pdf"), Some(FileType::Pdf)),
            (pdf, Some("Application/PDF; charset=binary"), Some(FileType::Pdf)),
            (pdf, Some("binary/octet-stream"), Some(FileType::Pdf)),
            (pdf, None, Some(FileType::Pdf)),
            (pdf, Some("text/html"), None),
            (pdf, Some("image/png"), None),
            (b"\x89PNG\r\n\x1a\n...".as_slice(), Some("image/png"), Some(FileType::Png)),
            (b"\xff\xd8\xff\xe0".as_slice(), Some("image/jpg"), Some(FileType::Jpeg)),
            (b"<html>".as_slice(), Some("application/pdf"), None),
            (b"MZ\x90".as_slice(), Some("application/pdf"), None),
            (b"^XA^FO50".as_slice(), Some("application/zpl"), None),
            (b"PK\x03\x04".as_slice(), None, None),
            (b"".as_slice(), Some("application/pdf"), None),
        ] {
            assert_eq!(FileType::detect(bytes, said), is, "{bytes:?} {said:?}");
        }
    }
}
