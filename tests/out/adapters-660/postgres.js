import { retry, waiting } from "./write.js";
/*
 * Why no update is lost, under READ COMMITTED and above:
 *
 * - Every statement that changes a row has the row's guard in its WHERE clause. If another transaction holds the row, PostgreSQL waits
 *   for it and then evaluates the clause again on the row as it was left. Of two plans made from one snapshot the second finds
 *   another version (or owner, or value) there, changes nothing, and its statement gives back fewer rows than it should.
 * - A row that was changed stays locked until the end, so a guard that held once holds for the whole transaction.
 * - State that was read and not written is locked too, FOR SHARE: whoever wants to write it waits. A key that was read and does not
 *   exist has no row to lock, so it is inserted and deleted again: another transaction that inserts it waits on the unique index.
 * - The mark `done/<id>` is inserted first. A second run of the same plan waits for the first one and then finds the mark.
 * - Keys are locked before rows, keys in order of their bytes, rows in order of their ids. Two plans can thus wait for each other but
 *   not in a circle. Other writers of the host may still close one; PostgreSQL then ends one transaction with 40P01, which, like a
 *   serialization failure (40001), left nothing behind and is tried again here.
 */
/** The transaction left nothing behind and may run again as it is. */
function passing(error) {
    for (let at = error, depth = 0; typeof at === "object" && at !== null && depth < 8; at = at.cause, depth += 1) {
        const { code } = at;
        if (code === "40001" || code === "40P01")
            return true;
    }
    return false;
}
const ATTEMPTS = 5;
/** Whether to run a transaction once more that ended with this error. */
export const again = (error, attempt) => attempt < ATTEMPTS && passing(error);
export function postgres(options) {
    return waiting("postgres", options, again);
}
export { retry };
