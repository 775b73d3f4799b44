//! What goes out beside the commands themselves. Nothing here changes the state of the session.

use super::{Connection, State};
use crate::command::{self, Command, CommandId, CommandKind};
use crate::error::Error;
use crate::event::{Challenge, Event};
use crate::quirk::Quirk;
use crate::turn::{Body, Parts, Turn};
use crate::types::AppendForm;

impl Connection {
    /// Appends the answer to [`Event::Challenge`]: a raw SASL message, sent in base64.
    ///
    /// # Errors
    /// [`Error::Misuse`] when no challenge waits.
    pub fn respond(&mut self, message: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.answer_challenge(true)?;
        command::put_base64(out, message);
        out.extend(b"\r\n");
        Ok(())
    }

    /// Answers [`Event::Challenge`] by giving up: the server will refuse the command.
    ///
    /// # Errors
    /// [`Error::Misuse`] when no challenge waits.
    pub fn cancel(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.answer_challenge(false)?;
        out.extend(b"*\r\n");
        Ok(())
    }

    /// Appends octets of the message of an `APPEND`, after [`Event::Ready`]. They may come in any pieces.
    ///
    /// # Errors
    /// Nothing is appended then. [`Error::Misuse`] when no message is due, or it is longer than was announced.
    pub fn send_body(&mut self, octets: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let size = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        let body = self.body()?;
        body.left = body
            .left
            .checked_sub(size)
            .ok_or(Error::Misuse { what: "the message is longer than was announced" })?;
        out.extend(octets);
        Ok(())
    }

    /// Ends the message of an `APPEND`.
    ///
    /// # Errors
    /// [`Error::Misuse`] when no message is due, or octets are missing: the server waits for them, and nothing else can
    /// be said.
    pub fn finish_body(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let body = *self.body()?;
        if body.left > 0 {
            return Err(Error::Misuse { what: "the message is shorter than was announced" });
        }
        out.extend(body.tail.as_bytes());
        self.turn = Turn::None;
        Ok(())
    }

    /// Ends an `IDLE`; its answer follows. Before the server has begun to idle it ends as soon as it has.
    ///
    /// # Errors
    /// [`Error::Misuse`] when there is none, or it was ended before.
    pub fn end_idle(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.turn {
            _ if self.state == State::Broken => return Err(Error::Broken),
            Turn::IdleWait { end, .. } if !*end => *end = true,
            Turn::Idling => {
                self.turn = Turn::None;
                out.extend(b"DONE\r\n");
            }
            _ => return Err(Error::Misuse { what: "the session does not idle" }),
        }
        Ok(())
    }

    /// What follows a command that was sent.
    pub(super) fn begin_turn(
        &mut self,
        command: &Command<'_>,
        id: CommandId,
        stops: &[usize],
        out: &mut Vec<u8>,
    ) {
        match command {
            Command::Authenticate { initial_response, .. } => {
                self.capabilities_old = true;
                self.turn = Turn::Challenges { open: false, answered: initial_response.is_some() };
            }
            Command::Login { .. } => self.capabilities_old = true,
            Command::Enable { .. } => self.enabled_told = false,
            Command::Idle => self.turn = Turn::IdleWait { id, end: false },
            Command::Append(append) => {
                let tail = if append.form == AppendForm::Utf8 { ")\r\n" } else { "\r\n" };
                let body = Body { id, left: append.size, tail };
                if stops.is_empty() {
                    self.ready = Some(id);
                    self.turn = Turn::Body(body);
                } else {
                    self.turn = Turn::BodyWait { id, body };
                }
            }
            _ => {
                if let Some(parts) = Parts::cut(out, stops) {
                    self.turn = Turn::Parts { id, parts };
                }
            }
        }
    }

    fn answer_challenge(&mut self, by_message: bool) -> Result<(), Error> {
        match &mut self.turn {
            _ if self.state == State::Broken => Err(Error::Broken),
            Turn::Challenges { open, answered } if *open => {
                (*open, *answered) = (false, by_message);
                Ok(())
            }
            _ => Err(Error::Misuse { what: "no SASL challenge waits for an answer" }),
        }
    }

    fn body(&mut self) -> Result<&mut Body, Error> {
        match &mut self.turn {
            _ if self.state == State::Broken => Err(Error::Broken),
            Turn::Body(body) => Ok(body),
            _ => Err(Error::Misuse { what: "no message is due" }),
        }
    }

    /// The server's `+`.
    pub(super) fn go_on<'i>(
        &mut self,
        base64: &'i [u8],
        line: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Event<'i>, Error> {
        let event = match std::mem::take(&mut self.turn) {
            Turn::Challenges { open, answered } => {
                let swallowed = self.pipeline.doubt();
                if open {
                    return Err(Error::protocol("a SASL challenge before the last one was answered", line));
                }
                self.turn = Turn::Challenges { open: !swallowed, answered };
                let limit = self.limits.challenge;
                return Ok(Event::Challenge(Challenge { base64, limit, answered: swallowed }));
            }
            Turn::Parts { id, mut parts } => {
                if parts.next(out) {
                    self.turn = Turn::Parts { id, parts };
                }
                Event::Ready(id)
            }
            Turn::BodyWait { id, body } => {
                self.turn = Turn::Body(body);
                Event::Ready(id)
            }
            Turn::IdleWait { id, end } => {
                if end {
                    out.extend(b"DONE\r\n");
                } else {
                    self.turn = Turn::Idling;
                }
                Event::Ready(id)
            }
            turn @ (Turn::None | Turn::Body(_) | Turn::Idling) => {
                self.turn = turn;
                Event::Quirk(Quirk::UnneededContinuation)
            }
        };
        Ok(event)
    }

    /// A command has ended: nothing of it waits any more, but for octets that the server still counts.
    ///
    /// # Errors
    /// [`Error::Protocol`] for a success that cannot be: of a message before its end, of a log-in before a message of ours.
    pub(super) fn end_turn(
        &mut self,
        command: CommandId,
        kind: CommandKind,
        done: bool,
        line: &[u8],
    ) -> Result<(), Error> {
        match &self.turn {
            Turn::BodyWait { id, .. } | Turn::Body(Body { id, .. }) if done && *id == command => {
                return Err(Error::protocol("a message that is accepted before its end", line));
            }
            Turn::Challenges { answered: false, .. } if done && kind == CommandKind::Authenticate => {
                return Err(Error::protocol("a log-in that succeeds without a message of ours", line));
            }
            _ => {}
        }
        let ends = match &self.turn {
            Turn::None | Turn::Body(_) => false,
            Turn::Challenges { .. } => kind == CommandKind::Authenticate,
            Turn::Idling => kind == CommandKind::Idle,
            Turn::Parts { id, .. } | Turn::BodyWait { id, .. } | Turn::IdleWait { id, .. } => *id == command,
        };
        if ends {
            self.turn = Turn::None;
        }
        Ok(())
    }
}
