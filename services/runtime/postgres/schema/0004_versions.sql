-- State and read model had no versions of their own: what they were follows from the version of the tables.
INSERT INTO bookmarks
SELECT 'version ' || part, version FROM
    (VALUES ('state', '2'), ('read-model', '2'), ('messages', '1'), ('contracts', '1')) AS written (part, version)
WHERE EXISTS (SELECT FROM bookmarks)
ON CONFLICT DO NOTHING;
