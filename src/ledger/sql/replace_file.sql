INSERT INTO files (folder, path, slug, runbook, size, mtime_ns, ctime_ns, inode, sha256, rev,
                   text_size, text, summary, scanned_ms, retired)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0)
ON CONFLICT (folder, path) DO UPDATE SET
    slug = excluded.slug, runbook = excluded.runbook, size = excluded.size,
    mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode,
    sha256 = excluded.sha256, rev = excluded.rev, text_size = excluded.text_size,
    text = excluded.text, summary = excluded.summary, scanned_ms = excluded.scanned_ms,
    retired = 0
