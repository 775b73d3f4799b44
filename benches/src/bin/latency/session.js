// One session of imapflow or nodemailer: PROTOCOL HOST PORT CA_FILE FROM TO, with token and message as the input.

const fs = require("fs");

const [protocol, host, port, caFile, sender, recipient] = process.argv.slice(1);
const input = fs.readFileSync(0);
const end = input.indexOf(10);
const token = input.subarray(0, end).toString().trim();
const message = input.subarray(end + 1);
const tls = { ca: fs.readFileSync(caFile) };

function mark(what) {
  fs.writeSync(1, `${what}\n`);
}

async function imap() {
  const { ImapFlow } = require("imapflow");
  const auth = { user: sender, accessToken: token };
  const client = new ImapFlow({ host, port: Number(port), secure: true, tls, auth, logger: false, disableAutoIdle: true });
  await client.connect();
  mark("signed in");
  await client.mailboxOpen("INBOX");
  await client.fetchOne("*", { uid: true, source: true });
  mark("done");
  await client.logout();
}

async function smtp() {
  // The connection below the transport, which does not tell when it is signed in.
  const found = require("nodemailer/lib/smtp-connection");
  const Connection = found.default || found;
  const connection = new Connection({ host, port: Number(port), secure: false, requireTLS: true, name: "[127.0.0.1]", tls });
  const call = (method, ...values) =>
    new Promise((resolve, reject) => {
      connection.once("error", reject);
      connection[method](...values, (error, result) => (error ? reject(error) : resolve(result)));
    });
  const oauth2 = {
    getToken: (renew, callback) => callback(null, token),
    buildXOAuth2Token: (value) => Buffer.from(`user=${sender}\x01auth=Bearer ${value}\x01\x01`).toString("base64"),
  };
  await call("connect");
  await call("login", { user: sender, oauth2 });
  mark("signed in");
  await call("send", { from: sender, to: [recipient] }, message);
  mark("done");
  await new Promise((resolve) => {
    connection.once("end", resolve);
    connection.quit();
  });
}

(protocol === "IMAP" ? imap() : smtp()).catch((error) => {
  console.error(String(error));
  process.exit(1);
});
