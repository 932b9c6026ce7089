CREATE TABLE seats (
    worker text COLLATE "C" NOT NULL, partition integer NOT NULL, epoch bigint NOT NULL, turn bigint NOT NULL,
    busy boolean NOT NULL, ledger bytea NOT NULL,
    PRIMARY KEY (worker, partition));

CREATE TABLE pending (
    worker text COLLATE "C" NOT NULL, partition integer NOT NULL, number bigint NOT NULL,
    topic text NOT NULL, to_partition integer NOT NULL, sequence bigint NOT NULL,
    key bytea NOT NULL, value bytea NOT NULL,
    PRIMARY KEY (worker, partition, number));
