-- Text is compared bytewise, so that keys are ordered, and prefixes stand together, as in every other store.
CREATE TABLE bookmarks (name text COLLATE "C" PRIMARY KEY, value text NOT NULL);

-- A key from outside may be any text, and PostgreSQL's text cannot hold a NUL: so it is kept as its bytes.
CREATE TABLE topics (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE);
CREATE TABLE log (
    topic integer NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL,
    key bytea NOT NULL, value bytea NOT NULL,
    PRIMARY KEY (topic, partition, "offset"));

CREATE TABLE positions (
    consumer text COLLATE "C" NOT NULL, topic text COLLATE "C" NOT NULL, partition integer NOT NULL, next bigint NOT NULL,
    PRIMARY KEY (consumer, topic, partition));

CREATE TABLE spaces (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, UNIQUE (worker, kind));
CREATE TABLE state (
    space integer NOT NULL, partition integer NOT NULL, key text COLLATE "C" NOT NULL,
    value bytea NOT NULL, wake bigint, waits_for text COLLATE "C",
    PRIMARY KEY (space, partition, key));
CREATE INDEX state_by_wake ON state (space, partition, wake, key) WHERE wake IS NOT NULL;
CREATE INDEX state_by_signal ON state (space, partition, waits_for, key) WHERE waits_for IS NOT NULL;
