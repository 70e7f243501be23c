//! Who the operating system takes the operator for: all that is known of who changes something where no AWS identity is.

/// A user of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalUser {
    /// Such as `kim`, or `uid 501` where no file of this machine has the name.
    pub name: String,
    pub host: String,
}

impl LocalUser {
    /// As an audit item has it where an ARN would be. On AWS somebody with an ARN did it, though nobody knows which.
    pub fn describe(&self, is_on_aws: bool) -> String {
        let unknown = if is_on_aws { "AWS identity unknown; " } else { "" };
        format!("{unknown}local user {} on {}", self.name, self.host)
    }
}

/// The user that this process runs as, whatever its environment says.
#[cfg(unix)]
pub fn local_user() -> LocalUser {
    let uid = rustix::process::getuid().as_raw();
    // A machine that asks a directory for its users has them in no file.
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    LocalUser {
        name: name_of(uid, &users).unwrap_or_else(|| format!("uid {uid}")),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
    }
}

#[cfg(not(unix))]
pub fn local_user() -> LocalUser {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| "unknown".to_owned());
    LocalUser { name: variable("USERNAME"), host: variable("COMPUTERNAME") }
}

/// The name of a user in a file as `/etc/passwd` is: `kim:x:1000:…`.
#[cfg(unix)]
fn name_of(uid: u32, users: &str) -> Option<String> {
    let user = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid.to_string()).then_some(name)
    });
    user.map(str::to_owned)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_named_as_the_system_has_it_and_with_the_machine() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\n# a comment\nkim:x:1000:1000::/home/kim:/bin/sh\n";
        assert_eq!(name_of(1000, users).as_deref(), Some("kim"));
        assert_eq!(name_of(100, users), None);
        let user = local_user();
        assert!(!user.name.is_empty() && !user.host.is_empty(), "{user:?}");
        let kim = LocalUser { name: "kim".to_owned(), host: "laptop".to_owned() };
        assert_eq!(kim.describe(false), "local user kim on laptop");
        assert_eq!(kim.describe(true), "AWS identity unknown; local user kim on laptop");
    }
}
