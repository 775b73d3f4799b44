//! A server that says yes, no or nothing as a seed has it, over several sessions with one mailbox: no message is lost, none
//! is deleted that the caller has not stored byte for byte, and what is reported as deleted is.

use std::collections::{BTreeMap, HashSet};

use pop3_min::{Client, Error, Limits};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex};

/// How many mailboxes are emptied.
const SEEDS: u64 = 200;

/// A small generator (xorshift64*): a seed tells all that happens.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// A message that the server holds.
#[derive(Clone)]
struct Held {
    unique_id: String,
    bytes: String,
}

struct Server<'m> {
    dice: &'m mut Dice,
    mailbox: &'m mut Vec<Held>,
    stream: BufReader<DuplexStream>,
    /// What is said and not written: answers wait as long as commands are there.
    answers: String,
    /// Octets that are still said before the server is gone.
    left: usize,
    pipelining: bool,
}

/// The connection is over.
struct Gone;

impl Server<'_> {
    async fn say(&mut self, text: &str) -> Result<(), Gone> {
        self.answers += text;
        if !self.stream.buffer().is_empty() && !self.dice.one_in(3) {
            return Ok(());
        }
        let answers = std::mem::take(&mut self.answers);
        let most = self.left.min(answers.len());
        for piece in answers.as_bytes()[..most].chunks(1 + usize::try_from(self.dice.below(40)).unwrap()) {
            self.stream.write_all(piece).await.map_err(|_| Gone)?;
        }
        self.left -= most;
        if most < answers.len() { Err(Gone) } else { Ok(()) }
    }

    /// Whether `QUIT` was accepted.
    async fn serve(&mut self) -> Result<Vec<String>, Gone> {
        self.say("+OK ready\r\n").await?;
        let mut marked: HashSet<usize> = HashSet::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return Err(Gone);
            }
            assert!(self.pipelining || self.stream.buffer().is_empty(), "{line} and more");
            let mut words = line.split_whitespace();
            let (verb, number) = (words.next().unwrap(), words.next().and_then(|word| word.parse().ok()));
            let at = number.map_or(0, |number: usize| number - 1);
            match verb {
                "CAPA" => {
                    let more = if self.pipelining { "PIPELINING\r\n" } else { "" };
                    self.say(&format!("+OK\r\n{more}.\r\n")).await?;
                }
                "STAT" => self.say(&format!("+OK {} 0\r\n", self.mailbox.len())).await?,
                "UIDL" => {
                    let mut lines = String::from("+OK\r\n");
                    for (number, held) in self.mailbox.iter().enumerate() {
                        match self.dice.below(12) {
                            0 => lines += &format!("{}\r\n", number + 1),
                            1 => lines += &format!("{0} {1}\r\n{0} {1}\r\n", number + 1, held.unique_id),
                            _ => lines += &format!("{} {}\r\n", number + 1, held.unique_id),
                        }
                    }
                    self.say(&(lines + ".\r\n")).await?;
                }
                "RETR" if self.dice.one_in(8) => self.say("-ERR [SYS/TEMP] not now\r\n").await?,
                "RETR" => {
                    let bytes = &self.mailbox[at].bytes;
                    let dot = if bytes.starts_with('.') { "." } else { "" };
                    let stuffed = format!("+OK\r\n{dot}{}.\r\n", bytes.replace("\r\n.", "\r\n.."));
                    self.say(&stuffed).await?;
                }
                "DELE" if self.dice.one_in(8) => self.say("-ERR locked\r\n").await?,
                "DELE" => {
                    marked.insert(at);
                    self.say("+OK\r\n").await?;
                }
                "QUIT" if self.dice.one_in(6) => {
                    self.say("-ERR some were not removed\r\n").await?;
                    return Err(Gone);
                }
                "QUIT" => {
                    let mut gone = Vec::new();
                    let mut at = 0;
                    self.mailbox.retain(|held| {
                        let keep = !marked.contains(&at);
                        at += 1;
                        gone.extend((!keep).then(|| held.bytes.clone()));
                        keep
                    });
                    // Whether it is heard or not, they are gone.
                    let _ = self.say("+OK bye\r\n").await;
                    return Ok(gone);
                }
                _ => self.say("+OK\r\n").await?,
            }
        }
    }
}

/// One session: how many the client says it has deleted, where `QUIT` was answered.
async fn session(
    stream: DuplexStream,
    seen: &mut HashSet<String>,
    stored: &mut BTreeMap<String, usize>,
    lazy: bool,
) -> Result<usize, Error> {
    let (mut client, _) = Client::connect(stream, Limits::default()).await?;
    client.authenticate("X", Some(b"x"), |_| None).await?;
    client.capabilities().await?;
    let mut fetch = client.fetch_new(|unique_id| seen.contains(unique_id)).await?;
    for number in fetch.skipped().iter().map(|message| message.number).collect::<Vec<_>>() {
        fetch.stored(number)?;
    }
    while let Some(message) = fetch.upcoming().cloned() {
        let mut bytes = Vec::new();
        match fetch.retrieve(&mut bytes).await {
            Ok(octets) => assert_eq!(octets, bytes.len() as u64),
            Err(Error::Refused(_)) => {
                assert!(fetch.stored(message.number).is_err(), "it never came");
                continue;
            }
            Err(error) => return Err(error),
        }
        *stored.entry(String::from_utf8(bytes).unwrap()).or_default() += 1;
        seen.extend(message.unique_id);
        fetch.stored(message.number)?;
        if lazy {
            break;
        }
    }
    Ok(fetch.finish().await?.deleted.len())
}

async fn emptied(seed: u64) {
    let mut dice = Dice::new(seed);
    let mut mailbox: Vec<Held> = (0..dice.below(30))
        .map(|n| Held {
            unique_id: format!("id{n}"),
            bytes: format!(
                "Subject: {n}\r\n\r\n{}",
                ".\r\n..\r\n\r\n".repeat(usize::try_from(dice.below(60)).unwrap())
            ),
        })
        .collect();
    let all: Vec<String> = mailbox.iter().map(|held| held.bytes.clone()).collect();
    let (mut seen, mut stored) = (HashSet::new(), BTreeMap::new());
    let mut sessions = 0;
    while !mailbox.is_empty() {
        sessions += 1;
        assert!(sessions < 200, "the mailbox is never emptied");
        let (ours, theirs) = duplex(usize::try_from(16 + dice.below(3_000)).unwrap());
        let lazy = dice.one_in(4);
        let mut server = Server {
            left: if dice.one_in(2) { usize::MAX } else { usize::try_from(dice.below(6_000)).unwrap() },
            pipelining: dice.one_in(2),
            dice: &mut dice,
            mailbox: &mut mailbox,
            stream: BufReader::new(theirs),
            answers: String::new(),
        };
        let client = session(ours, &mut seen, &mut stored, lazy);
        let (said, gone) = tokio::join!(client, async {
            let gone = server.serve().await;
            drop(server);
            gone
        });
        match (said, gone) {
            (Ok(deleted), Ok(gone)) => assert_eq!(deleted, gone.len()),
            (Ok(deleted), Err(Gone)) => panic!("{deleted} are gone, it says, and nothing is"),
            (Err(_), _) => {}
        }
        for bytes in all.iter().filter(|bytes| !mailbox.iter().any(|held| held.bytes == **bytes)) {
            assert!(stored.contains_key(bytes), "deleted, and nobody has it");
        }
    }
    assert!(stored.keys().all(|bytes| all.contains(bytes)), "bytes that no message has");
}

#[tokio::test(start_paused = true)]
async fn no_message_is_lost_over_broken_sessions() {
    for seed in 0..SEEDS {
        println!("seed {seed}");
        emptied(seed).await;
    }
}
