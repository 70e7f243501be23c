//! Who may use the console: browsers that came by its link.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};
use shared::OrderKey;
use uuid::Uuid;

use super::moment::Moment;
use crate::aws::Dlq;

/// How long personal data is shown: a conversation with its customer.
const UNMASKED_FOR: Duration = Duration::from_secs(15 * 60);

/// A session that nobody has used for so long has ended: a working day. A new link stands in the terminal. A page that loads
/// itself again does not count ([`is_reload`](super::request::Fields::is_reload)).
const IDLE_LIMIT: Duration = Duration::from_secs(8 * 60 * 60);

/// The path of the link, which has the parameter `token`.
pub const INVITATION_PATH: &str = "/open";

/// A secret's SHA-256. Secrets are compared and looked up by it, so that how long that takes tells nothing of them.
type Fingerprint = [u8; 32];

/// A browser that may use the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    id: Fingerprint,
    /// What each of its forms carries. Another site's page can't read it, and so can't send it.
    pub form_token: String,
}

/// The sessions of one console, all in memory: they end with it, by their button, or when nobody uses them.
#[derive(Debug)]
pub struct Sessions {
    address: SocketAddr,
    /// The token that opens the next session.
    invitation: Mutex<String>,
    open: Mutex<HashMap<Fingerprint, SessionState>>,
}

#[derive(Debug)]
struct SessionState {
    form_token: String,
    last_used: Moment,
    /// Whose personal data is shown, and since when.
    unmasked: HashMap<Unmasked, Moment>,
}

/// What holds somebody's personal data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Unmasked {
    Order(OrderKey),
    /// A message of a dead-letter queue, with this id.
    DeadLetter(Dlq, String),
}

impl From<OrderKey> for Unmasked {
    fn from(order: OrderKey) -> Self {
        Self::Order(order)
    }
}

impl From<&OrderKey> for Unmasked {
    fn from(order: &OrderKey) -> Self {
        Self::Order(order.clone())
    }
}

impl Sessions {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, invitation: Mutex::new(secret()), open: Mutex::default() }
    }

    /// The link that opens the next session.
    pub fn invitation(&self) -> String {
        let token = lock(&self.invitation).clone();
        format!("http://{}{INVITATION_PATH}?token={token}", self.address)
    }

    /// Opens a session for the token of the invitation, which is used up. Returns the value of `Set-Cookie`; `None` for
    /// any other token.
    pub fn open(&self, token: &str) -> Option<HeaderValue> {
        let mut invitation = lock(&self.invitation);
        if fingerprint(token) != fingerprint(&invitation) {
            return None;
        }
        // A browser keeps the link in its history, where others of its user may find it.
        *invitation = secret();
        let cookie = secret();
        let state = SessionState {
            form_token: secret(),
            last_used: Moment::now(),
            unmasked: HashMap::new(),
        };
        lock(&self.open).insert(fingerprint(&cookie), state);
        // Not `Secure`: this is HTTP, though it never leaves the machine. No age: it ends with the browser.
        let value = format!("{}={cookie}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name());
        HeaderValue::from_str(&value).ok()
    }

    /// The session of a request's cookie. That alone is no [use](Self::touch) of it.
    pub fn find(&self, headers: &HeaderMap) -> Option<Session> {
        self.find_at(headers, Moment::now())
    }

    fn find_at(&self, headers: &HeaderMap, now: Moment) -> Option<Session> {
        let name = self.cookie_name();
        let mut open = lock(&self.open);
        open.retain(|_, state| !now.is_later_by(IDLE_LIMIT, state.last_used));
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
        cookies.flat_map(|cookies| cookies.split(';')).find_map(|cookie| {
            let (its_name, value) = cookie.trim().split_once('=')?;
            let id = fingerprint(value);
            let found = open.get(&id).filter(|_| its_name == name)?;
            Some(Session { id, form_token: found.form_token.clone() })
        })
    }

    /// Somebody has used the session: only now does its idle time begin anew.
    pub fn touch(&self, session: &Session) {
        self.touch_at(session, Moment::now());
    }

    pub(super) fn touch_at(&self, session: &Session, now: Moment) {
        if let Some(state) = lock(&self.open).get_mut(&session.id) {
            state.last_used = now;
        }
    }

    #[cfg(test)]
    pub fn last_used(&self, session: &Session) -> Option<Moment> {
        lock(&self.open).get(&session.id).map(|state| state.last_used)
    }

    /// Shows this personal data to this session for a while.
    pub fn unmask(&self, session: &Session, what: impl Into<Unmasked>) {
        if let Some(state) = lock(&self.open).get_mut(&session.id) {
            state.unmasked.insert(what.into(), Moment::now());
        }
    }

    pub fn is_unmasked(&self, session: &Session, what: impl Into<Unmasked>) -> bool {
        self.is_unmasked_at(session, what, Moment::now())
    }

    fn is_unmasked_at(&self, session: &Session, what: impl Into<Unmasked>, now: Moment) -> bool {
        let open = lock(&self.open);
        let since = open.get(&session.id).and_then(|state| state.unmasked.get(&what.into()));
        since.is_some_and(|since| !now.is_later_by(UNMASKED_FOR, *since))
    }

    /// Masks it again.
    pub fn mask(&self, session: &Session, what: impl Into<Unmasked>) {
        if let Some(state) = lock(&self.open).get_mut(&session.id) {
            state.unmasked.remove(&what.into());
        }
    }

    /// Ends a session. Returns the value of `Set-Cookie` that deletes its cookie.
    pub fn end(&self, session: &Session) -> Option<HeaderValue> {
        lock(&self.open).remove(&session.id);
        let value =
            format!("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", self.cookie_name());
        HeaderValue::from_str(&value).ok()
    }

    /// Cookies of a host are sent to all of its ports: two consoles need names of their own.
    fn cookie_name(&self) -> String {
        format!("waybill_console_{}", self.address.port())
    }
}

impl Session {
    /// The session whose cookie has this value.
    #[cfg(test)]
    pub fn with_cookie(cookie: &str, form_token: String) -> Self {
        Self { id: fingerprint(cookie), form_token }
    }

    /// Whether a form has this session's token.
    pub fn has_form_token(&self, token: &str) -> bool {
        fingerprint(token) == fingerprint(&self.form_token)
    }
}

fn fingerprint(secret: &str) -> Fingerprint {
    Sha256::digest(secret).into()
}

/// 244 bits of the system's randomness.
fn secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sessions() -> Sessions {
        Sessions::new(SocketAddr::from(([127, 0, 0, 1], 7000)))
    }

    fn token(sessions: &Sessions) -> String {
        sessions.invitation().split_once("token=").unwrap().1.to_owned()
    }

    /// The headers that the browser sends from now on.
    fn cookie(set_cookie: &HeaderValue) -> HeaderMap {
        let pair = set_cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        HeaderMap::from_iter([(header::COOKIE, format!("other=1; {pair}").parse().unwrap())])
    }

    #[test]
    fn a_link_opens_one_session_and_the_next_one_another() {
        let sessions = sessions();
        let first = token(&sessions);
        assert_eq!(sessions.open("").or_else(|| sessions.open("guess")), None);
        let one = sessions.open(&first).unwrap();
        assert_eq!(sessions.open(&first), None, "it is used up");
        let other = sessions.open(&token(&sessions)).unwrap();
        let [one, other] = [one, other].map(|set| sessions.find(&cookie(&set)).unwrap());
        assert!(one.has_form_token(&one.form_token) && !one.has_form_token(&other.form_token));
    }

    #[test]
    fn no_cookie_a_guessed_one_and_that_of_another_port_open_nothing() {
        let sessions = sessions();
        assert!(sessions.find(&HeaderMap::new()).is_none());
        let set = sessions.open(&token(&sessions)).unwrap();
        let text = set.to_str().unwrap();
        assert!(text.contains("HttpOnly") && text.contains("SameSite=Strict"), "{text}");
        let others: HeaderValue = text.replace("_7000=", "_7001=").parse().unwrap();
        assert!(sessions.find(&cookie(&others)).is_none());
        let guessed = HeaderValue::from_static("waybill_console_7000=guess");
        assert!(sessions.find(&cookie(&guessed)).is_none());
    }

    #[test]
    fn an_order_is_unmasked_for_one_session_and_no_other_order_is() {
        let sessions = sessions();
        let [one, other] = [(), ()].map(|()| {
            let set = sessions.open(&token(&sessions)).unwrap();
            sessions.find(&cookie(&set)).unwrap()
        });
        let order = |id: &str| OrderKey::parse(&format!("default/{id}")).unwrap();
        sessions.unmask(&one, order("1001"));
        assert!(sessions.is_unmasked(&one, order("1001")));
        assert!(!sessions.is_unmasked(&one, order("1002")));
        assert!(!sessions.is_unmasked(&other, order("1001")));
        let later = |minutes: u64| Moment::now().plus(Duration::from_secs(minutes * 60));
        assert!(sessions.is_unmasked_at(&one, order("1001"), later(14)));
        assert!(!sessions.is_unmasked_at(&one, order("1001"), later(16)));
        sessions.mask(&one, order("1001"));
        assert!(!sessions.is_unmasked(&one, order("1001")));
    }

    #[test]
    fn a_session_ends_by_its_button_and_when_nobody_has_used_it_for_a_working_day() {
        let sessions = sessions();
        let open = || cookie(&sessions.open(&token(&sessions)).unwrap());
        let later = |hours: u64| Moment::now().plus(Duration::from_secs(hours * 3600));
        let (one, other) = (open(), open());
        sessions.end(&sessions.find(&one).unwrap());
        assert!(sessions.find(&one).is_none());
        let found = sessions.find_at(&other, later(7)).unwrap();
        sessions.touch_at(&found, later(7));
        assert!(
            sessions.find_at(&other, later(14)).is_some(),
            "which a page's own reload only finds"
        );
        assert!(sessions.find_at(&other, later(16)).is_none());
    }
}
