# bento-cred: keeps BENTO_CLOUD_API_KEY and BENTO_CLOUD_API_ENDPOINT in step with the context.
if status is-interactive
    set -g _bento_cred_seen
    function _bento_cred_hook --on-event fish_prompt
        set -l before $status
        set -l stamp
        set -l file
        set -l text
        set -l dir $PWD
        test -r @STAMP@
        and read -l stamp <@STAMP@ 2>/dev/null
        while test -n "$dir"
            if test -e $dir/.bento-cred.toml
                set file $dir/.bento-cred.toml
                test -f $file -a -r $file
                and read -z text <$file 2>/dev/null
                break
            end
            set dir (string replace -r '/[^/]*$' '' -- $dir)
        end
        set text "$stamp $file $BENTO_CRED_CONTEXT $BENTOML_CLOUD_CONTEXT $text"
        if test "$text" != "$_bento_cred_seen"
            set -g _bento_cred_seen $text
            @PROGRAM@ env --hook --shell=fish@CONTEXT@ | source
        end
        return $before
    end
end
