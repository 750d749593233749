import type { OfferView } from "../engine/types";
import { Ring } from "../ui/ring";
import { useDesk, useNow } from "./desk";
import { time, userName, zoneOf } from "./format";

/** Who is asked now, and until when. */
export function OfferWords({ offer }: { offer: OfferView }) {
  const { config } = useDesk().opened;
  const now = useNow();
  const { run, window } = offer;
  const left = run.expiresAt === null ? 0 : run.expiresAt - now;
  const people = run.offeredTo.map((user) => userName(user, config));
  const asked = people.length <= 3 ? people.join(", ") : `${people.slice(0, 2).join(", ")} and ${people.length - 2} more`;
  const minutes = Math.ceil(left / 60_000);
  return (
    <>
      <Ring left={window === 0 ? 0 : left / window} />
      <span className="offer-words">
        <b>{asked}</b>
        <span className="muted num">
          {left <= 0 ? "time is over" : `${minutes} ${minutes === 1 ? "minute" : "minutes"} left, until ${time(run.expiresAt ?? now, zoneOf(config))}`}
        </span>
      </span>
    </>
  );
}
