//! Messages by their positions, as far as they have no better name.

use tokio::io::{AsyncRead, AsyncWrite};

use super::driver::Client;
use super::messages::{Copied, Stored};
use super::stream::Fetch;
use super::summary::Summary;
use super::wanted::Wanted;
use crate::command::Command;
use crate::error::Error;
use crate::types::{FetchAttribute, Mailbox, Partial, SearchKey, SearchOptions, Section, SequenceSet, Store};

/// By position. A position is right until the server tells that a message is gone, which it may do at the end of any
/// method but these: `seq_fetch`, `seq_search` and `seq_store` keep positions as they are.
impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// As [`uid_fetch`](Self::uid_fetch), by position.
    ///
    /// # Errors
    /// As [`uid_fetch`](Self::uid_fetch).
    pub async fn seq_fetch(
        &mut self,
        messages: &SequenceSet,
        attributes: &[FetchAttribute<'_>],
    ) -> Result<Vec<Summary>, Error> {
        self.summaries(Command::Fetch { messages, attributes }, Wanted::Positions(messages)).await
    }

    /// As [`uid_fetch_stream`](Self::uid_fetch_stream), by position.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn seq_fetch_stream(
        &mut self,
        messages: &SequenceSet,
        attributes: &[FetchAttribute<'_>],
    ) -> Result<Fetch<'_, S>, Error> {
        self.fetch_stream(Command::Fetch { messages, attributes }).await
    }

    /// As [`fetch_section`](Self::fetch_section), by position.
    ///
    /// # Errors
    /// As [`fetch_body`](Self::fetch_body).
    pub async fn seq_fetch_section(
        &mut self,
        seq: u32,
        section: Section<'_>,
        partial: Option<Partial>,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<Option<u64>, Error> {
        let messages = SequenceSet::from(seq);
        let attributes = [FetchAttribute::Body { section, partial }];
        let command = Command::Fetch { messages: &messages, attributes: &attributes };
        self.section(command, Wanted::Positions(&messages), (section, partial), sink).await
    }

    /// As [`uid_search`](Self::uid_search); the results are positions.
    ///
    /// # Errors
    /// As [`uid_search`](Self::uid_search).
    pub async fn seq_search(&mut self, keys: &[SearchKey<'_>]) -> Result<SequenceSet, Error> {
        let options = SearchOptions::default();
        Ok(self.found(Command::SearchWith { keys, options }, options).await?.uids.into())
    }

    /// As [`uid_store`](Self::uid_store), by position. [`Stored::modified`] has positions too.
    ///
    /// # Errors
    /// As [`uid_store`](Self::uid_store).
    pub async fn seq_store(&mut self, messages: &SequenceSet, store: Store<'_>) -> Result<Stored, Error> {
        self.stored(Command::Store { messages, store }, Wanted::Positions(messages)).await
    }

    /// As [`uid_copy`](Self::uid_copy), by position.
    ///
    /// # Errors
    /// As [`uid_copy`](Self::uid_copy).
    pub async fn seq_copy(
        &mut self,
        messages: &SequenceSet,
        mailbox: &Mailbox,
    ) -> Result<Option<Copied>, Error> {
        self.copy(Command::Copy { messages, mailbox }).await
    }

    /// As [`uid_move`](Self::uid_move), by position.
    ///
    /// # Errors
    /// As [`uid_move`](Self::uid_move).
    pub async fn seq_move(
        &mut self,
        messages: &SequenceSet,
        mailbox: &Mailbox,
    ) -> Result<Option<Copied>, Error> {
        self.copy(Command::Move { messages, mailbox }).await
    }
}
