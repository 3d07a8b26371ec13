// README.txt of an evidence pack: what each file is, and how it is checked by somebody who has no Bifrost.

import type { Manifest } from '../../evidence/manifest.ts';
import { EVIDENCE_KEYS_PATH } from '../../evidence/signing.ts';

type Told = Pick<Manifest, 'installation' | 'at' | 'log' | 'key'>;

export function evidenceReadme({ installation, at, log, key }: Told): string {
  return `Who had what, by which rule, since when: evidence for an access review

Of       ${installation}
At       ${at}
By       the first ${log.position} events of its log; the last of them has the hash
         ${log.hash}
Signed   with the key ${key}

What is in it

access-0001.csv, ...               A line for each reason why somebody had a role, a team or a business
                                   unit: the rule with attribute, value and channel, or who gave it; since
                                   when; the request that caused it. One line for who had nothing. Everybody
                                   is here who was there, suspended people included, removed ones not. A cell
                                   that a spreadsheet would take for a formula begins with an apostrophe.
access-0001.jsonl, ...             The same, a person a line, with the groups they were in.
people-without-role-0001.csv, ...  Who had no role, and so could not sign in.
                                   A part with the same number is about the same people in all three.
rules.json                         The rules of every provider that held then, with their number, when and by
                                   whom they were applied. null: they are not kept any more, or none were applied.
roles.json                         What each role permitted then.
manifest.json                      Name, size and SHA-256 of every other file, what is counted in them, and
                                   when and by whom the pack was made.
manifest.sig                       Ed25519 signature (64 bytes) over the bytes of manifest.json.

How to check it without Bifrost

In an empty folder (with OpenSSL 3; on macOS "shasum -a 256" in place of "sha256sum"):

  tar -xf ../bifrost-evidence-....tar
  curl -sSf -o key.pem ${installation}${EVIDENCE_KEYS_PATH}/${key}
  openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig
  sed -n 's/^{"name": "\\(.*\\)", "bytes": .*, "sha256": "\\(.*\\)"}.*$/\\2  \\1/p' manifest.json | sha256sum -c

The third must say "Signature Verified Successfully", the fourth "OK" for each file, and no file may be
here that is not named but key.pem, manifest.json and manifest.sig. Get the key from the installation
itself or from somebody you trust, never from whoever handed you the pack.

With Bifrost: bifrost evidence verify <file>. It also asks the server whether its log has the same hash.

What it does not show: whether access was used, what applications gave by themselves, and what was
erased on request since (such people are here, without name and reason).
`;
}
