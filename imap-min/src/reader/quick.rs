//! The usual parts of a `FETCH` response in their usual form, recognised octet by octet.
//!
//! Whatever is only slightly different is left to the tolerant grammar, which gives the same for what is recognised here.

use super::{Place, Reader, Walk};
use crate::digits::digits;
use crate::event::{BodyStart, Event, FetchItem};
use crate::frame::{End, Segment};
use crate::parse::envelope::strict_envelope;
use crate::scan::Stops;
use crate::types::{Date, DateTime, Envelope, Flags, Section};

/// What is usual, and small: an [`Event`] is moved about at several times the cost.
pub(crate) enum Usual<'i> {
    Item(FetchItem<'i>),
    /// The whole message follows, of so many octets.
    BodyStart(u64),
    Body(&'i [u8]),
    BodyEnd,
    FetchEnd,
}

impl<'i> From<Usual<'i>> for Event<'i> {
    #[inline]
    fn from(usual: Usual<'i>) -> Self {
        match usual {
            Usual::Item(item) => Event::FetchItem(item),
            Usual::BodyStart(size) => Event::BodyStart(BodyStart {
                section: Section::Full,
                origin: None,
                size: Some(size),
                binary: false,
            }),
            Usual::Body(octets) => Event::Body(octets),
            Usual::BodyEnd => Event::BodyEnd,
            Usual::FetchEnd => Event::FetchEnd,
        }
    }
}

impl Reader {
    /// The next event of the `FETCH` response at the front, when it is one of the usual.
    #[inline]
    pub(crate) fn quick<'i>(&mut self, input: &'i [u8]) -> Option<(usize, Usual<'i>)> {
        if self.told || !self.held.is_empty() {
            return None;
        }
        let walk = match &mut self.place {
            Place::Fetch(walk) if walk.extra == 0 => walk,
            Place::Literal(..) => return self.literal(input),
            _ => return None,
        };
        if walk.body_at.is_none() && walk.left == END.len() && input.starts_with(END) {
            self.leave_response();
            return Some((END.len(), Usual::FetchEnd));
        }
        if let Some(at @ (0 | 1)) = walk.body_at
            && let Some(size) = whole_message(input.get(..walk.left)?, at)
        {
            let used = walk.left;
            let walk = Walk { left: 0, body_at: Some(0), ..*walk };
            self.place = Place::Literal(size, walk);
            return Some((used, Usual::BodyStart(size)));
        }
        let text = input.get(..walk.body_at.unwrap_or(walk.left))?;
        let (rest, item) = item(text.strip_prefix(b" ").unwrap_or(text))?;
        if !matches!(rest.first(), Some(b' ' | b')')) {
            return None;
        }
        let used = text.len() - rest.len();
        walk.left -= used;
        if let Some(at) = &mut walk.body_at {
            *at -= used;
        }
        Some((used, Usual::Item(item)))
    }

    /// The next octets of a body, or its end.
    #[inline]
    pub(super) fn literal<'i>(&mut self, input: &'i [u8]) -> Option<(usize, Usual<'i>)> {
        if let Place::Literal(0, walk) = self.place {
            self.place = Place::Fetch(walk);
            return Some((0, Usual::BodyEnd));
        }
        self.octets(input).map(|octets| (octets.len(), Usual::Body(octets)))
    }

    /// The next octets of a body, if there are any.
    #[inline]
    pub(crate) fn octets<'i>(&mut self, input: &'i [u8]) -> Option<&'i [u8]> {
        let Place::Literal(left, _) = &mut self.place else { return None };
        let most = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
        let octets = input.get(..most).filter(|octets| !octets.is_empty())?;
        *left -= u64::try_from(most).unwrap_or(*left);
        Some(octets)
    }
}

/// The usual end of a response, of which nothing has been framed yet.
#[inline]
pub(super) fn end(input: &[u8]) -> Option<Segment> {
    input.starts_with(END).then_some(Segment { len: END.len(), text: 1, end: End::Response })
}

const END: &[u8] = b")\r\n";

/// `"BODY[]" SP literal`, of which the octets are still to come, behind a blank or nothing: their number.
#[inline]
fn whole_message(text: &[u8], at: usize) -> Option<u64> {
    let length = text.get(at..)?.strip_prefix(b"BODY[] {")?;
    let (count, size) = digits(length);
    let blank = text.iter().take(at).all(|byte| *byte == b' ');
    (blank && (1..20).contains(&count) && length.get(count..)? == b"}\r\n").then_some(size)
}

/// `"*" SP nz-number SP "FETCH" SP "("`: the number, and the octets of all.
#[inline]
pub(crate) fn start(line: &[u8]) -> Option<(u32, usize)> {
    let (rest, seq) = number(line.strip_prefix(b"* ")?)?;
    let rest = rest.strip_prefix(b" FETCH (")?;
    Some((seq, line.len() - rest.len()))
}

/// What ends a list of flags, or is odd in it.
static FLAG_STOPS: Stops = Stops::of(b")(\"[*\r\n");

#[inline]
fn item(i: &[u8]) -> Option<(&[u8], FetchItem<'_>)> {
    match i.first()? {
        b'U' => number(i.strip_prefix(b"UID ")?).map(|(rest, uid)| (rest, FetchItem::Uid(uid))),
        b'F' => {
            let inner = i.strip_prefix(b"FLAGS (")?;
            let (raw, rest) = inner.split_at_checked(FLAG_STOPS.find(inner)?)?;
            Some((rest.strip_prefix(b")")?, FetchItem::Flags(Flags::new(raw))))
        }
        b'R' => {
            let (rest, size) = number(i.strip_prefix(b"RFC822.SIZE ")?)?;
            Some((rest, FetchItem::Rfc822Size(size.into())))
        }
        b'M' => {
            let (rest, mod_seq) = number(i.strip_prefix(b"MODSEQ (")?)?;
            Some((rest.strip_prefix(b")")?, FetchItem::ModSeq(mod_seq.into())))
        }
        b'I' => {
            let (date, rest) = i.strip_prefix(b"INTERNALDATE \"")?.split_first_chunk::<27>()?;
            Some((rest, FetchItem::InternalDate(Some(date_time(date)?))))
        }
        b'E' => {
            let start = i.strip_prefix(b"ENVELOPE ")?;
            let rest = strict_envelope(start)?;
            let raw = start.get(..start.len() - rest.len())?;
            Some((rest, FetchItem::Envelope(Envelope::new(raw))))
        }
        _ => None,
    }
}

/// Up to nine digits that do not begin with 0.
#[inline]
fn number(i: &[u8]) -> Option<(&[u8], u32)> {
    let (count, number) = digits(i);
    match i.first()? {
        b'1'..=b'9' if count <= 9 => Some((i.get(count..)?, u32::try_from(number).ok()?)),
        _ => None,
    }
}

/// `date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE`.
#[inline]
fn date_time(i: &[u8; 27]) -> Option<DateTime> {
    let [
        d1,
        d2,
        b'-',
        m1,
        m2,
        m3,
        b'-',
        y1,
        y2,
        y3,
        y4,
        b' ',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b' ',
        sign,
        z1,
        z2,
        z3,
        z4,
        b'"',
    ] = i
    else {
        return None;
    };
    let two = |a: &u8, b: &u8| {
        let (a, b) = (a.wrapping_sub(b'0'), b.wrapping_sub(b'0'));
        (a <= 9 && b <= 9).then(|| a * 10 + b)
    };
    let day = if *d1 == b' ' { two(&b'0', d2)? } else { two(d1, d2)? };
    let year = u16::from(two(y1, y2)?) * 100 + u16::from(two(y3, y4)?);
    let zone = i16::from(two(z1, z2)?) * 60 + i16::from(two(z3, z4)?);
    let zone = match sign {
        b'+' => zone,
        b'-' => -zone,
        _ => return None,
    };
    let date = Date::new(year, month([*m1, *m2, *m3])?, day).ok()?;
    DateTime::new(date, (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?), zone).ok()
}

#[inline]
fn month(name: [u8; 3]) -> Option<u8> {
    Some(match &name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{item, number, start, whole_message};
    use crate::parse::fetch::{Item, item as tolerant};
    use crate::quirk::QuirkSet;

    /// What is recognised here is read alike by the tolerant grammar, without a quirk.
    #[test]
    fn it_agrees_with_the_tolerant_grammar() {
        for text in [
            "UID 7 ",
            "UID 999999999)",
            "FLAGS () ",
            "FLAGS (\\Seen $Forwarded))",
            "RFC822.SIZE 123 ",
            "MODSEQ (77))",
            "INTERNALDATE \"17-Jul-1996 02:44:25 -0730\")",
            "INTERNALDATE \" 7-Feb-2024 23:59:60 +0000\" ",
            "ENVELOPE (NIL \"a\" ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL NIL))",
        ] {
            let mut quirks = QuirkSet::default();
            let (rest, quick) = item(text.as_bytes()).unwrap();
            let (after, Item::Data(slow)) = tolerant(text.as_bytes(), 9, &mut quirks).unwrap() else {
                panic!("{text}");
            };
            assert_eq!((rest, quick), (after, slow), "{text}");
            assert!(quirks.is_empty(), "{text}");
        }
    }

    #[test]
    fn whole_messages_in_their_usual_form() {
        assert_eq!(whole_message(b"BODY[] {4096}\r\n", 0), Some(4096));
        assert_eq!(whole_message(b" BODY[] {0}\r\n", 1), Some(0));
        for text in [
            "BODY[] {4}\n",
            "BODY[] {4+}\r\n",
            "BODY[] ~{4}\r\n",
            "BODY[]  {4}\r\n",
            "BODY[] {}\r\n",
            "BODY[] {4}\r\nb",
            "BODY[]<0> {4}\r\n",
            "BODY[1] {4}\r\n",
            "body[] {4}\r\n",
            "BODY[] {99999999999999999999}\r\n",
            ")BODY[] {4}\r\n",
        ] {
            assert_eq!(whole_message(text.as_bytes(), 0), None, "{text}");
            assert_eq!(whole_message(text.as_bytes(), 1), None, "{text}");
        }
    }

    #[test]
    fn what_is_odd_is_left_to_it() {
        for text in [
            "uid 7 ",
            "UID 0 ",
            "UID 1234567890 ",
            "UID  7 ",
            "FLAGS (\"a\") ",
            "FLAGS (\\*) ",
            "FLAGS ([a b]) ",
            "FLAGS NIL ",
            "RFC822.SIZE -1 ",
            "MODSEQ (0) ",
            "INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" ",
            "INTERNALDATE \"31-Feb-2024 00:00:00 +0000\" ",
            "INTERNALDATE \"1-Feb-2024 00:00:00 +0000\" ",
            "INTERNALDATE \"17-Jul-1996 02:t4:25 -1400\" ",
            "BODYSTRUCTURE () ",
        ] {
            assert!(item(text.as_bytes()).is_none(), "{text}");
        }
        assert_eq!(start(b"* 12 FETCH (UID 1)"), Some((12, 12)));
        assert_eq!(start(b"* 0 FETCH (UID 1)"), None);
        assert_eq!(start(b"* 1 FETCH  (UID 1)"), None);
        assert_eq!(number(b""), None);
    }
}
