/** What is wrong with an archive, or with what lies in one, in words that go after its name. */
export class BadArchive extends Error {}
