/// How the page looks, and what it may load.
enum Stylesheet {
    /// Nothing but the styles and images that are in the page itself.
    static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

    static let page = """
        :root{--ground:#f5f6f8;--surface:\(Ink.surface.light.hex);--text:\(Ink.text.light.hex);\
        --muted:\(Ink.muted.light.hex);--line:\(Ink.grid.light.hex);--link:\(Ink.first.light.hex)}
        @media screen and (prefers-color-scheme:dark){:root{--ground:#121418;--surface:\(Ink.surface.dark.hex);\
        --text:\(Ink.text.dark.hex);--muted:\(Ink.muted.dark.hex);--line:\(Ink.grid.dark.hex);\
        --link:\(Ink.first.dark.hex)}}
        body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--ground);color:var(--text);\
        font:1rem/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",Arial,sans-serif}
        h1{font-size:1.7rem;margin:0 0 1rem;overflow-wrap:anywhere}
        h2{font-size:1.25rem;margin:2.5rem 0 .75rem}
        a{color:var(--link)}
        nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1.25rem 0}
        .facts{display:flex;flex-wrap:wrap;gap:.75rem;margin:0}
        .facts div{background:var(--surface);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .9rem}
        .facts dt{color:var(--muted);font-size:.875rem}
        .facts dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
        .figures,.side{display:flex;flex-wrap:wrap;gap:1rem}
        .side{gap:0 1.5rem;align-items:flex-start}
        figure{margin:0;padding:.5rem;max-width:100%;box-sizing:border-box;background:var(--surface);\
        border:1px solid var(--line);border-radius:.5rem;break-inside:avoid}
        figure svg{display:block;max-width:100%;height:auto}
        figcaption{color:var(--muted);font-size:.875rem;padding:.25rem .5rem .25rem;width:0;min-width:100%;\
        box-sizing:border-box}
        details{margin:1rem 0}
        summary{cursor:pointer}
        .scroll{overflow-x:auto;margin:1rem 0}
        table{border-collapse:collapse;background:var(--surface);font-size:.9375rem}
        caption{caption-side:top;text-align:left;color:var(--muted);padding:.25rem 0 .5rem;font-size:.875rem}
        th,td{border:1px solid var(--line);padding:.3rem .7rem;text-align:left}
        th{font-weight:600}
        .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        @media (max-width:40rem){body{padding:1rem}th,td{padding:.25rem .4rem}table{font-size:.875rem}}
        @media print{body{max-width:none;padding:0;background:none}nav{display:none}h2{break-after:avoid}}

        """
}
