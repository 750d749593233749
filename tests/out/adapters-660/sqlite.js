import { atOnce, retry, waiting } from "./write.js";
/*
 * Why no update is lost: SQLite has one writer at a time. A transaction that begins IMMEDIATE has the write lock from its first
 * statement on, so every guard is looked at on the latest data and still holds when the transaction ends. One that begins deferred is
 * as safe, because the first statement of every plan writes (the mark `done/<id>`), before anything was read. If two plans were made
 * from one snapshot, the second finds another version (or owner, or value), changes nothing, and its statement gives back
 * fewer rows than it should.
 *
 * With one connection for all requests, a transaction that awaits lets statements of other requests slip in. `sqliteSync` does not await;
 * with `sqlite` the host's `transaction` must let only one run at a time on a connection.
 */
export function sqlite(options) {
    return waiting("sqlite", options);
}
export function sqliteSync(options) {
    return atOnce("sqlite", options);
}
export { retry };
