//! Searches.

use tokio::io::{AsyncRead, AsyncWrite};

use super::driver::Client;
use crate::command::Command;
use crate::error::Error;
use crate::event::{Event, SearchItem};
use crate::text::CodeName;
use crate::types::{SearchKey, SearchOptions, UidSet};

/// What a search has found. A field is `None` when it was not asked for, or not told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The messages.
    pub uids: UidSet,
    /// The lowest of them.
    pub min: Option<u32>,
    /// The highest of them.
    pub max: Option<u32>,
    /// How many.
    pub count: Option<u32>,
    /// The highest modification sequence of them.
    pub mod_seq: Option<u64>,
    /// The server has refused UTF-8, and was asked for the ASCII part of each text: these are the messages meant, and
    /// maybe more.
    pub widened: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// The messages for which all conditions hold.
    ///
    /// # Errors
    /// [`Error::Refused`], with [`CodeName::BadCharset`] or without, when the server does not take texts that are not
    /// ASCII: [`search`](Self::search) makes do. [`Error::TooLong`] when the result takes more than
    /// [`Limits::collected`](crate::Limits::collected).
    pub async fn uid_search(&mut self, keys: &[SearchKey<'_>]) -> Result<UidSet, Error> {
        let options = SearchOptions::default();
        Ok(self.found(Command::UidSearchWith { keys, options }, options).await?.uids)
    }

    /// The messages for which all conditions hold, told in the way that is asked for. When the server refuses a text
    /// that is not ASCII, it is asked once more with less: [`Found::widened`].
    ///
    /// # Errors
    /// As [`uid_search`](Self::uid_search); [`Error::Lacks`] when the server does not know `ESEARCH`.
    pub async fn search(&mut self, keys: &[SearchKey<'_>], options: SearchOptions) -> Result<Found, Error> {
        let result = self.found(Command::UidSearchWith { keys, options }, options).await;
        let Err(Error::Refused(refusal)) = &result else { return result };
        // Some refuse the encoding with its code, some with another or none.
        let charset = refusal.code == Some(CodeName::BadCharset) || refusal.condition.is_none();
        if options.ascii || !charset || !keys.iter().any(SearchKey::needs_utf8) || refusal.is_final() {
            return result;
        }
        let ascii = SearchOptions { ascii: true, ..options };
        let found = self.found(Command::UidSearchWith { keys, options: ascii }, ascii).await?;
        Ok(Found { widened: true, ..found })
    }

    /// What one command finds.
    pub(super) async fn found(
        &mut self,
        command: Command<'_>,
        options: SearchOptions,
    ) -> Result<Found, Error> {
        let limit = self.connection().limits().collected;
        let (mut found, mut ours) = (Found::default(), false);
        self.collect(command, |event| {
            match event {
                Event::SearchStart(command) => ours = command.is_some(),
                Event::SearchHits(hits) if ours => hits.for_each(|uid| found.uids.push(uid)),
                Event::SearchItem(item) if ours => match item {
                    SearchItem::Min(number) => found.min = Some(number),
                    SearchItem::Max(number) => found.max = Some(number),
                    SearchItem::Count(number) => found.count = Some(number),
                    SearchItem::All(ranges) => ranges.iter().for_each(|range| found.uids.push_range(range)),
                    SearchItem::ModSeq(_) | SearchItem::Unknown { .. } => {}
                },
                Event::SearchEnd(mod_seq) if ours => found.mod_seq = mod_seq.or(found.mod_seq),
                _ => {}
            }
            if found.uids.octets() > limit {
                return Err(Error::TooLong { what: "the result of a search", limit });
            }
            Ok(())
        })
        .await?;
        if options.is_extended() && found.count.is_none() && !found.uids.is_empty() {
            // A server that answers in the old way has told all.
            found.count = options.count.then(|| u32::try_from(found.uids.len()).unwrap_or(u32::MAX));
            found.min = found.min.or(found.uids.min()).filter(|_| options.min);
            found.max = found.max.or(found.uids.max()).filter(|_| options.max);
        }
        Ok(found)
    }
}
