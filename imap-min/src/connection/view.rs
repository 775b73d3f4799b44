//! What the server says about the mailbox that is open.

use super::Connection;
use crate::event::{Event, FetchItem, FetchStart};
use crate::frame::Segment;
use crate::reader::Found;
use crate::selected::Selected;

impl Connection {
    pub(super) fn view(&mut self, change: impl FnOnce(&mut Selected)) {
        let change = |view: &mut Selected| -> Result<(), std::convert::Infallible> {
            change(view);
            Ok(())
        };
        let Ok(()) = self.views.change(self.pipeline.is_opening(), change);
    }

    pub(super) fn fetch_start<'i>(
        &mut self,
        seq: u32,
        segment: Segment,
        used: usize,
        open: bool,
    ) -> Found<'i> {
        self.reader.enter_fetch(segment, used, open);
        let command = self.pipeline.fetching();
        (used, Event::FetchStart(FetchStart { seq, command }))
    }

    /// What data of a message say about the mailbox.
    #[inline]
    pub(super) fn see(&mut self, item: &FetchItem<'_>) {
        match item {
            FetchItem::Uid(uid) => self.view(|view| view.see_uid(*uid)),
            FetchItem::ModSeq(number) => self.view(|view| view.see_mod_seq(*number)),
            _ => {}
        }
    }

    pub(super) fn is_beyond(&self, number: u32) -> bool {
        let view = self.views.open.as_ref().filter(|_| !self.pipeline.is_opening());
        view.is_some_and(|view| number > view.exists)
    }
}
