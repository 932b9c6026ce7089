-- What was called a seat is a partition task: one worker in one partition.
ALTER TABLE seats RENAME TO partition_tasks;
ALTER TABLE partition_tasks RENAME COLUMN turn TO transactions;
ALTER TABLE partition_tasks RENAME COLUMN ledger TO sequences;
ALTER INDEX seats_pkey RENAME TO partition_tasks_pkey;
