# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: lexicon
# flow: create, list, update and delete records
echo "version: dns-lexicon $(lexicon --version 2>&1 | awk '{print $NF}')"
export LEXICON_CLOUDFLARE_AUTH_TOKEN=$TOKEN LEXICON_CLOUDFLARE_TOKEN=
c() { lexicon cloudflare "$@"; }
c create example.com A --name x --content 192.0.2.1
wants "c list example.com A" 192.0.2.1
c update example.com A --name x --content 192.0.2.2
wants "c list example.com A" 192.0.2.2
c delete example.com A --name x
c create example.com TXT --name x --content hello
c delete example.com TXT --name x --content hello
left x.example.com
