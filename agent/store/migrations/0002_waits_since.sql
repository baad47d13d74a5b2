-- Since when a notification waits. It begins at `at` and moves with the clock, with each sleep of the machine and with
-- the time in which nothing ran: what nobody could have tried does not count against max_retry_age.
ALTER TABLE deliveries ADD COLUMN waits_since INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET waits_since = at WHERE state IN ('held', 'pending', 'sending');
