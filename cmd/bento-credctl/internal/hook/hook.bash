# bento-cred: keeps BENTO_CLOUD_API_KEY and BENTO_CLOUD_API_ENDPOINT in step with the context.
if [[ $- == *i* ]]; then
_bento_cred_seen=
_bento_cred_hook() {
	local status=$? IFS=$' \t\n' stamp= file= text= dir=${PWD-} code
	if [[ -r @STAMP@ ]]; then
		{ IFS= builtin read -r stamp <@STAMP@ || :; } 2>/dev/null
	fi
	while [[ -n $dir ]]; do
		if [[ -e $dir/.bento-cred.toml ]]; then
			file=$dir/.bento-cred.toml
			if [[ -f $file && -r $file ]]; then
				{ IFS= builtin read -r -d '' -n 4096 text <"$file" || :; } 2>/dev/null
			fi
			break
		fi
		dir=${dir%/*}
	done
	text="$stamp $file ${BENTO_CRED_CONTEXT-} ${BENTOML_CLOUD_CONTEXT-} $text"
	if [[ $text != "$_bento_cred_seen" ]]; then
		_bento_cred_seen=$text
		code=$(builtin unset -v _bento_cred_seen; @PROGRAM@ env --hook --shell=bash@CONTEXT@) || :
		builtin eval "$code"
	fi
	return "$status"
}
if [[ "${PROMPT_COMMAND[*]-}" != *_bento_cred_hook* ]]; then
	PROMPT_COMMAND=_bento_cred_hook${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}
fi
fi
