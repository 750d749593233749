// The inbox of offers: what one is asked for, how long there is, and what runs besides. Moving the clock plays the expiry.
import { useEffect, useState } from "react";
import type { OfferView } from "../engine/types";
import { Icon } from "../ui/icons";
import { WhyNot } from "../ui/why";
import { desk } from "./client";
import { useDesk } from "./desk";
import { cell, time, userName, zoneOf } from "./format";
import { OfferWords } from "./OfferWords";

export default function Offers() {
  const { opened, actor, revision } = useDesk();
  const [offers, setOffers] = useState<OfferView[] | null>(null);
  useEffect(() => {
    let current = true;
    void desk.offers(actor).then((next) => current && setOffers(next));
    return () => {
      current = false;
    };
  }, [actor, revision, opened.world]);
  const mine = offers?.filter(({ mine }) => mine) ?? [];
  const others = offers?.filter(({ mine }) => !mine) ?? [];
  const who = userName(actor, opened.config);
  if (offers === null) return null;
  return (
    <div className="offers">
      <section aria-label={`Offered to ${who}`}>
        <h2 className="sub">Offered to {who}</h2>
        {mine.length === 0 ? (
          <p className="muted">Nothing is offered to {who} now. {opened.noun[1].charAt(0).toUpperCase() + opened.noun[1].slice(1)} that a group offers appear here, with the time there is to claim them.</p>
        ) : (
          <ul className="offer-list">
            {mine.map((offer) => (
              <Offer key={offer.run.id} offer={offer} />
            ))}
          </ul>
        )}
      </section>
      {others.length > 0 && (
        <section aria-label="Running besides">
          <h2 className="sub">Running besides</h2>
          <ul className="offer-list">
            {others.map((offer) => (
              <Offer key={offer.run.id} offer={offer} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

const OUTCOMES = { expired: "let it pass", declined: "declined", claimed: "claimed it", revoked: "was taken off" } as const;

function Offer({ offer }: { offer: OfferView }) {
  const { opened, perform, openLead } = useDesk();
  const { config } = opened;
  const { run, group, name, facts, mine, cancel } = offer;
  return (
    <li className={`offer ${mine ? "mine" : ""}`} aria-label={`${name}, offered by ${group}`}>
      <div className="offer-head">
        <button type="button" className="link" onClick={() => openLead(run.lead)}>
          {name}
        </button>
        <span className="chip">{group}</span>
      </div>
      {facts.length > 0 && (
        <p className="muted">
          {facts.map(({ field, value }) => cell(value, config.fields[field], config)).join(" · ")}
        </p>
      )}
      <div className="offer-who">
        <OfferWords offer={offer} />
        {mine && (
          <span className="offer-answers">
            <button type="button" className="button small" aria-label={`Decline ${name}`} onClick={() => void perform({ type: "decline", run: run.id })}>
              Decline
            </button>
            <button type="button" className="button small primary" aria-label={`Claim ${name}`} onClick={() => void perform({ type: "claim", run: run.id })}>
              Claim
            </button>
          </span>
        )}
        {!mine &&
          (cancel.allowed ? (
            <button type="button" className="button small" aria-label={`End the offers of ${name}`} onClick={() => void perform({ type: "cancel_run", run: run.id })}>
              End offers
            </button>
          ) : (
            <WhyNot decision={cancel} className="button small" label={`End the offers of ${name}`}>
              <Icon name="lock" size={12} /> End offers
            </WhyNot>
          ))}
      </div>
      {run.history.length > 0 && (
        <p className="muted offer-history">
          {run.history.map(({ user, outcome, at }, place) => (
            <span key={`${user} ${place}`}>
              {userName(user, config)} {OUTCOMES[outcome]}, {time(at, zoneOf(config))}
            </span>
          ))}
        </p>
      )}
    </li>
  );
}
