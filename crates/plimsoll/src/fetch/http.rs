//! One address, asked politely: conditional, resumed where it was cut, tried again where the
//! server failed, and never followed to where it should not lead.
//!
//! Knows HTTP and nothing of publishers. What it brings lies in a file; whether that is data is
//! judged in `content`.

use crate::failure::{Exit, Failure};
use crate::fetch::content;
use crate::printer;
use crate::progress::CountProgress;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

/// How often a server that failed is asked again, and how long is waited before each, in seconds.
/// Fixed and not random, so that a run can be repeated.
const BACK_OFF_S: [u64; 4] = [1, 3, 9, 27];
/// How often a server may say "later" in one question.
const MOST_WAITS: u32 = 10;
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;
/// So much of a refusal is read for its first words.
const MOST_OF_A_REFUSAL: u64 = 8192;

/// How to ask.
pub struct Manner {
    /// Bytes that a file may have.
    pub most_bytes: u64,
    /// Seconds that a server may make us wait at once.
    pub patience_s: u64,
    /// Whether http without TLS is allowed to other machines too.
    pub insecure: bool,
    /// What waiting is multiplied with: 0 in tests.
    pub time_scale: f64,
    /// What must never be shown or stored: keys and tokens.
    pub secrets: Vec<String>,
}

/// One question.
pub struct Ask<'a> {
    /// The address, with its secrets.
    pub url: &'a str,
    /// A header that names a key, and the key; sent to this address's own host only.
    pub key: Option<(&'static str, &'a str)>,
    /// What was got last time, for a conditional question.
    pub have: Option<&'a Validators>,
    /// Where the body goes.
    pub into: &'a Path,
    /// What a refusal for lack of a key is answered with.
    pub key_hint: &'a str,
}

/// What a server calls the version of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// What came of a question.
pub enum Got {
    /// The body lies whole in the file.
    Whole(Answer),
    /// Nothing changed since the last time.
    Unchanged,
    /// The publisher has nothing there yet (status 204).
    NotYet,
}

/// What the server said of a body.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// Names of the version.
    pub validators: Validators,
}

/// A failure, and how long to wait where it makes sense to ask again.
struct Fault {
    failure: Failure,
    again: Again,
}

enum Again {
    No,
    /// After the usual time.
    BackOff,
    /// After so many seconds.
    After(u64),
}

/// A body of which a part came.
#[derive(Serialize, Deserialize)]
struct Begun {
    address: String,
    validators: Validators,
}

/// Asks.
pub struct Client {
    remote: Agent,
    local: Agent,
    manner: Manner,
}

impl Client {
    /// With the proxy of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`),
    /// and the authorities of `SSL_CERT_FILE` where that is set.
    pub fn new(manner: Manner) -> Result<Client, Failure> {
        let tls = tls()?;
        let config = || {
            Agent::config_builder()
                .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
                .accept("*/*")
                .http_status_as_error(false)
                .max_redirects(0)
                .timeout_connect(Some(Duration::from_secs(20)))
                .timeout_recv_response(Some(Duration::from_secs(180)))
                .timeout_per_read(Some(Duration::from_secs(60)))
                .tls_config(tls.clone())
        };
        Ok(Client {
            remote: config().build().into(),
            // This machine is reached without a proxy.
            local: config().proxy(None).build().into(),
            manner,
        })
    }

    /// A text without keys and tokens.
    pub fn shown(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.manner.secrets.iter().filter(|s| !s.is_empty()) {
            text = text.replace(secret.as_str(), "…");
        }
        text
    }

    /// Waits, and says so.
    pub fn wait(&self, seconds: u64, why: &str) {
        if !why.is_empty() {
            printer::talk(&self.shown(&format!("{why}; waiting {seconds} s")));
        }
        let time = Duration::from_secs(seconds).mul_f64(self.manner.time_scale.clamp(0.0, 1.0));
        std::thread::sleep(time);
    }

    /// Gets a body into a file.
    ///
    /// # Errors
    /// What went wrong, with a code for each kind. A part that came is kept where the server
    /// names its version, and the next question goes on from there.
    pub fn get(&self, ask: &Ask<'_>) -> Result<Got, Failure> {
        let (mut tries, mut waits) = (0, 0);
        loop {
            let fault = match self.once(ask) {
                Ok(got) => return Ok(got),
                Err(fault) => fault,
            };
            match fault.again {
                Again::BackOff if tries < BACK_OFF_S.len() => {
                    self.wait(BACK_OFF_S[tries], &fault.failure.message);
                    tries += 1;
                }
                Again::After(seconds)
                    if seconds <= self.manner.patience_s && waits < MOST_WAITS =>
                {
                    self.wait(seconds, &fault.failure.message);
                    waits += 1;
                }
                _ => {
                    let Failure { message, hint, .. } = &fault.failure;
                    let (message, hint) = (self.shown(message), self.shown(hint));
                    return Err(Failure { message, hint, ..fault.failure });
                }
            }
        }
    }

    /// Sends JSON and returns the answer's text, with `key` as a bearer token.
    ///
    /// # Errors
    /// As [`Client::get`]; what is refused is not sent again.
    pub fn post_json(&self, url: &str, key: Option<&str>, body: &str) -> Result<String, Failure> {
        let here = is_local(url);
        let safe = url.starts_with("https://") || url.starts_with("http://") && here;
        if !safe {
            return Err(insecure(&self.shown(url)));
        }
        let agent = if here { &self.local } else { &self.remote };
        let mut request = agent.post(url).header("Content-Type", "application/json");
        if let Some(key) = key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        let sent = request.send(body).map_err(|error| self.unreached(url, &error).failure);
        let mut response = sent?;
        let mut bytes = Vec::new();
        let read = response
            .body_mut()
            .as_reader()
            .take(self.manner.most_bytes + 1)
            .read_to_end(&mut bytes);
        let shown = self.shown(url);
        read.map_err(|error| cut(&shown, &error.to_string()))?;
        if bytes.len() as u64 > self.manner.most_bytes {
            return Err(self.too_large(&shown));
        }
        if !response.status().is_success() {
            let why = self.shown(&said(&bytes));
            return Err(Failure {
                exit: Exit::Failed,
                code: "fetch-refused",
                message: format!("{shown} answered {}: {why}", response.status().as_u16()),
                hint: "check the address, the model and the key".into(),
            });
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn once(&self, ask: &Ask<'_>) -> Result<Got, Fault> {
        let part = beside(ask.into, ".part");
        let begun = self.begun(ask, &part);
        let (url, mut response) = self.follow(ask, begun.as_ref())?;
        let status = response.status();
        let shown = self.shown(&url);
        match status {
            StatusCode::OK => self.receive(&shown, &mut response, ask, &part, 0),
            StatusCode::PARTIAL_CONTENT if begun.is_some() => {
                let from = begun.map_or(0, |(_, have)| have);
                if starts_at(&response) != Some(from) {
                    forget(&part);
                    return Err(Fault::again(cut(&shown, "it went on at another place")));
                }
                self.receive(&shown, &mut response, ask, &part, from)
            }
            StatusCode::RANGE_NOT_SATISFIABLE if begun.is_some() => {
                forget(&part);
                Err(Fault::again(cut(&shown, "the part that came was longer than the whole")))
            }
            StatusCode::NOT_MODIFIED => Ok(Got::Unchanged),
            StatusCode::NO_CONTENT => Ok(Got::NotYet),
            _ => Err(self.refused(&shown, &mut response, ask)),
        }
    }

    /// The part of an earlier try that the server can go on from: what is known of it, and its
    /// length. One that cannot be gone on from is removed.
    fn begun(&self, ask: &Ask<'_>, part: &Path) -> Option<(Begun, u64)> {
        let length = fs::metadata(part).map_or(0, |m| m.len());
        let known = fs::read(beside(part, ".json")).ok();
        let begun = known.and_then(|bytes| serde_json::from_slice::<Begun>(&bytes).ok());
        let same = begun.filter(|b| length > 0 && b.address == self.shown(ask.url));
        if same.is_none() {
            forget(part);
        }
        same.map(|begun| (begun, length))
    }

    /// The response behind all redirects.
    fn follow(
        &self,
        ask: &Ask<'_>,
        begun: Option<&(Begun, u64)>,
    ) -> Result<(String, Response<Body>), Fault> {
        let mut url = ask.url.to_owned();
        let mut seen = vec![url.clone()];
        loop {
            let response = self.call(&url, ask, begun)?;
            if !response.status().is_redirection() || response.status() == 304 {
                return Ok((url, response));
            }
            let to = header(&response, "location").and_then(|to| join(&url, &to));
            let Some(to) = to else {
                return Err(Fault::last(redirects(&self.shown(&url), "leads to no address")));
            };
            if seen.contains(&to) || seen.len() > MOST_REDIRECTS {
                let why = if seen.contains(&to) { "leads in a circle" } else { "leads too far" };
                return Err(Fault::last(redirects(&self.shown(ask.url), why)));
            }
            seen.push(to.clone());
            url = to;
        }
    }

    fn call(
        &self,
        url: &str,
        ask: &Ask<'_>,
        begun: Option<&(Begun, u64)>,
    ) -> Result<Response<Body>, Fault> {
        let here = is_local(url);
        if !url.starts_with("https://")
            && !(url.starts_with("http://") && (here || self.manner.insecure))
        {
            return Err(Fault::last(insecure(&self.shown(url))));
        }
        let mut request = if here { self.local.get(url) } else { self.remote.get(url) };
        if let Some((name, key)) = ask.key.filter(|_| origin(url) == origin(ask.url)) {
            request = request.header(name, key);
        }
        match (begun, ask.have) {
            (Some((begun, length)), _) => {
                request = request.header("Range", format!("bytes={length}-"));
                let version =
                    begun.validators.etag.clone().or(begun.validators.last_modified.clone());
                request = request.header("If-Range", version.unwrap_or_default());
            }
            (None, Some(have)) => {
                if let Some(etag) = &have.etag {
                    request = request.header("If-None-Match", etag);
                }
                if let Some(day) = &have.last_modified {
                    request = request.header("If-Modified-Since", day);
                }
            }
            (None, None) => {}
        }
        request.call().map_err(|error| self.unreached(url, &error))
    }

    /// Writes the body behind what there is, and makes the part the file when it is whole.
    fn receive(
        &self,
        shown: &str,
        response: &mut Response<Body>,
        ask: &Ask<'_>,
        part: &Path,
        from: u64,
    ) -> Result<Got, Fault> {
        let answer = Answer {
            status: response.status().as_u16(),
            content_type: header(response, "content-type").unwrap_or_default(),
            validators: validators(response),
        };
        let length = header(response, "content-length").and_then(|l| l.parse::<u64>().ok());
        let whole = length.map(|length| length + from);
        if whole.is_some_and(|whole| whole > self.manner.most_bytes) {
            forget(part);
            return Err(Fault::last(self.too_large(shown)));
        }
        let mut out = self.open(ask, part, from, &answer.validators).map_err(|e| disk(part, &e))?;
        let progress = CountProgress::new("downloading");
        let mut have = from;
        let mut buffer = vec![0; 64 * 1024];
        let mut body = response.body_mut().as_reader();
        let broken = loop {
            match body.read(&mut buffer) {
                Ok(0) => break None,
                Ok(n) => {
                    have += n as u64;
                    if have > self.manner.most_bytes {
                        progress.done();
                        forget(part);
                        return Err(Fault::last(self.too_large(shown)));
                    }
                    out.write_all(&buffer[..n]).map_err(|e| disk(part, &e))?;
                    progress.see_bytes(have, whole);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Some(error.to_string()),
            }
        };
        progress.done();
        out.sync_all().map_err(|e| disk(part, &e))?;
        if broken.is_some() || whole.is_some_and(|whole| whole != have) {
            if answer.validators == Validators::default() {
                forget(part);
            }
            let of = whole.map(|whole| format!(" of {whole}")).unwrap_or_default();
            return Err(Fault::again(cut(shown, &format!("{have}{of} bytes came"))));
        }
        fs::rename(part, ask.into).map_err(|e| disk(ask.into, &e))?;
        forget(part);
        Ok(Got::Whole(answer))
    }

    fn open(
        &self,
        ask: &Ask<'_>,
        part: &Path,
        from: u64,
        validators: &Validators,
    ) -> io::Result<File> {
        if let Some(folder) = part.parent() {
            fs::create_dir_all(folder)?;
        }
        if from > 0 {
            return OpenOptions::new().append(true).open(part);
        }
        if *validators != Validators::default() {
            let begun = Begun { address: self.shown(ask.url), validators: validators.clone() };
            fs::write(beside(part, ".json"), serde_json::to_vec(&begun).unwrap_or_default())?;
        }
        File::create(part)
    }

    fn too_large(&self, shown: &str) -> Failure {
        Failure {
            exit: Exit::Failed,
            code: "fetch-too-large",
            message: format!("{shown} is larger than {} bytes", self.manner.most_bytes),
            hint: "if it is to be so large, allow more with --most-bytes".into(),
        }
    }

    /// A status that is no success.
    fn refused(&self, shown: &str, response: &mut Response<Body>, ask: &Ask<'_>) -> Fault {
        let status = response.status().as_u16();
        let mut head = Vec::new();
        let later = header(response, "retry-after");
        let _ = response.body_mut().as_reader().take(MOST_OF_A_REFUSAL).read_to_end(&mut head);
        let said = said(&head);
        let words = if said.is_empty() { String::new() } else { format!(": {said:?}") };
        let message = format!("{shown} answered {status}{words}");
        let quota = said.to_lowercase().contains("quota");
        match status {
            429 => {
                let seconds = later.and_then(|l| retry_after(&l)).or_else(|| try_again_in(&said));
                let message = match seconds {
                    Some(s) => format!("{message}; it asks to wait {s} s"),
                    None => message,
                };
                Fault { failure: too_often(message), again: Again::After(seconds.unwrap_or(60)) }
            }
            401 | 403 if quota => Fault::last(too_often(message)),
            401 | 403 => Fault::last(Failure {
                exit: Exit::NeedsCredentials,
                code: "fetch-key",
                message,
                hint: ask.key_hint.to_owned(),
            }),
            500.. => Fault::again(Failure {
                exit: Exit::CannotTell,
                code: "fetch-server",
                message,
                hint: "the publisher's server fails: ask again later; what came is kept, and the last good edition stands".into(),
            }),
            _ => Fault::last(Failure {
                exit: Exit::Failed,
                code: "fetch-refused",
                message,
                hint: "has the address changed? plimsoll explain fetch shows it, --base-url names another".into(),
            }),
        }
    }

    /// No answer at all.
    fn unreached(&self, url: &str, error: &ureq::Error) -> Fault {
        use io::ErrorKind as Io;
        let host = origin(url).unwrap_or_default();
        let tls = |why: &str| Failure {
            exit: Exit::Failed,
            code: "fetch-untrusted",
            message: format!("{host} cannot be trusted: {why}"),
            hint: "behind a proxy that opens TLS, name its authority with SSL_CERT_FILE".into(),
        };
        match error {
            ureq::Error::Rustls(why) => Fault::last(tls(&why.to_string())),
            ureq::Error::Tls(why) => Fault::last(tls(why)),
            ureq::Error::Io(why)
                if matches!(why.kind(), Io::ConnectionReset | Io::ConnectionAborted | Io::UnexpectedEof | Io::BrokenPipe) =>
            {
                Fault::again(cut(&self.shown(url), "the connection broke off before an answer"))
            }
            ureq::Error::Io(why) if why.kind() == Io::InvalidData => Fault::last(tls(&why.to_string())),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Fault::last(Failure {
                exit: Exit::Failed,
                code: "fetch-address",
                message: format!("{} is no address that can be asked", self.shown(url)),
                hint: "an address begins with https:// and has no spaces".into(),
            }),
            ureq::Error::Timeout(ureq::Timeout::RecvResponse) => {
                Fault::again(cut(&self.shown(url), "no answer came in three minutes"))
            }
            other => Fault::last(Failure {
                exit: Exit::Failed,
                code: "fetch-offline",
                message: format!("no network: {host} cannot be reached ({other})"),
                hint: "check the connection, HTTPS_PROXY and NO_PROXY; what is loaded can be asked offline".into(),
            }),
        }
    }
}

impl Fault {
    fn last(failure: Failure) -> Fault {
        Fault { failure, again: Again::No }
    }

    fn again(failure: Failure) -> Fault {
        Fault { failure, again: Again::BackOff }
    }
}

fn too_often(message: String) -> Failure {
    Failure {
        exit: Exit::CannotTell,
        code: "fetch-quota",
        message,
        hint: "its quota is used up: run the same command later, and it goes on where it stopped; --patience SECONDS waits longer".into(),
    }
}

fn cut(shown: &str, why: &str) -> Failure {
    Failure {
        exit: Exit::Failed,
        code: "fetch-cut",
        message: format!("{shown} was cut: {why}"),
        hint: "run the same command again; it goes on where it stopped if the server can".into(),
    }
}

fn redirects(shown: &str, why: &str) -> Failure {
    Failure {
        exit: Exit::Failed,
        code: "fetch-redirects",
        message: format!("{shown} {why}"),
        hint: "open it in a browser: does it want a log-in? --base-url names another address"
            .into(),
    }
}

fn insecure(shown: &str) -> Failure {
    Failure {
        exit: Exit::Failed,
        code: "fetch-insecure",
        message: format!("{shown} is no https address: what comes could be changed on the way"),
        hint:
            "take the https address; --insecure-http allows http, as for a mirror in your own house"
                .into(),
    }
}

fn disk(path: &Path, error: &io::Error) -> Fault {
    Fault::last(crate::watchlists::broken(path, error))
}

/// What a refusal says: the message of a JSON answer, or its first words.
fn said(head: &[u8]) -> String {
    let value = serde_json::from_slice::<serde_json::Value>(head).unwrap_or_default();
    let message = ["message", "error", "detail"].iter().find_map(|k| value[*k].as_str());
    content::first_words(message.map_or(head, str::as_bytes))
}

/// The authorities of `SSL_CERT_FILE`, else Mozilla's, which are compiled in.
fn tls() -> Result<ureq::tls::TlsConfig, Failure> {
    use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
    let Some(file) = std::env::var_os("SSL_CERT_FILE").filter(|f| !f.is_empty()) else {
        return Ok(TlsConfig::default());
    };
    let path = PathBuf::from(file);
    let pem = fs::read(&path).map_err(|e| {
        Failure::usage(
            "file-unreadable",
            format!("cannot read SSL_CERT_FILE {}: {e}", path.display()),
            "name a PEM file of authorities, or unset it",
        )
    })?;
    let certificates: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    Ok(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&certificates)).build())
}

/// A path with something more at its end.
pub fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(more);
    name.into()
}

fn forget(part: &Path) {
    let _ = fs::remove_file(part);
    let _ = fs::remove_file(beside(part, ".json"));
}

fn header(response: &Response<Body>, name: &str) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.trim().to_owned())
}

fn validators(response: &Response<Body>) -> Validators {
    // A weak name does not promise the same bytes, which going on from a part needs; the server
    // decides, for it is sent back as it came.
    Validators { etag: header(response, "etag"), last_modified: header(response, "last-modified") }
}

/// Where a part of a body starts: `bytes 100-199/200`.
fn starts_at(response: &Response<Body>) -> Option<u64> {
    let range = header(response, "content-range")?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

/// Seconds of a `Retry-After`: a number, or a date.
fn retry_after(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(seconds);
    }
    let then = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    let seconds = then.as_second() - jiff::Timestamp::now().as_second();
    Some(u64::try_from(seconds).unwrap_or(0))
}

/// Seconds in a message such as Comtrade's "Rate limit is exceeded. Try again in 2 seconds."
fn try_again_in(message: &str) -> Option<u64> {
    let rest = message.to_lowercase();
    let rest = rest.split_once("again in ")?.1;
    rest.split_whitespace().next()?.parse().ok()
}

/// Scheme, host and port.
fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    Some(&url[..end])
}

/// Whether an address is on this machine.
fn is_local(url: &str) -> bool {
    let authority = origin(url).and_then(|o| o.split_once("://")).map_or("", |(_, a)| a);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host == "::1"
        || host.starts_with("127.") && host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// Where a redirect leads, seen from an address.
fn join(from: &str, to: &str) -> Option<String> {
    if to.contains("://") {
        return Some(to.to_owned());
    }
    let origin = origin(from)?;
    if let Some(rest) = to.strip_prefix("//") {
        return Some(format!("{}://{rest}", from.split("://").next()?));
    }
    if to.starts_with('/') {
        return Some(format!("{origin}{to}"));
    }
    let path = from.split(['?', '#']).next()?;
    let folder = path.get(..=path.rfind('/')?).filter(|f| f.len() > origin.len());
    Some(format!("{}{to}", folder.map_or_else(|| format!("{origin}/"), str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(origin("https://a.b:1/c?d"), Some("https://a.b:1"));
        assert_eq!(origin("https://a.b?x=/"), Some("https://a.b"));
        for here in ["http://127.0.0.1:80/x", "http://localhost", "http://[::1]:8/y"] {
            assert!(is_local(here), "{here}");
        }
        // Names that only look like this machine are not.
        for there in [
            "http://localhost.evil.org/",
            "http://127.0.0.1.evil.org/",
            "http://127.0.0.1@evil.org/",
        ] {
            assert!(!is_local(there), "{there}");
        }
        let to = |to: &str| join("https://a.b/c/d?e", to).unwrap_or_default();
        assert_eq!(to("/x"), "https://a.b/x");
        assert_eq!(to("x"), "https://a.b/c/x");
        assert_eq!(to("//y/z"), "https://y/z");
        assert_eq!(to("http://q/"), "http://q/");
        assert_eq!(join("https://a.b", "x").as_deref(), Some("https://a.b/x"));
    }

    #[test]
    fn when_to_ask_again() {
        assert_eq!(retry_after("120"), Some(120));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(0));
        assert_eq!(retry_after("soon"), None);
        assert_eq!(try_again_in("Rate limit is exceeded. Try again in 2 seconds."), Some(2));
        assert_eq!(try_again_in("Out of call volume quota."), None);
    }
}
